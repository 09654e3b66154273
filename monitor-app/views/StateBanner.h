// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QTimer>
#include <QtGui/QColor>
#include <QtWidgets/QWidget>

#include <array>
#include <chrono>

namespace Turnstile::Monitor {

class Button;
struct Theme;

/// A slim line for what is not as usual: a state for as long as it lasts, or a notice for some
/// seconds. One at a time: what is wrong with the connection first, then a notice, then what the
/// user knows of. A notice that has to wait keeps its seconds. Hidden while there is nothing.
class StateBanner : public QWidget {
    Q_OBJECT
public:
    enum class Tone : quint8 { Info, Good, Warning, Error };

    explicit StateBanner(QWidget *parent = nullptr);

    /// States of the connection; each replaces the one before.
    void setConnecting(const QString &to);
    /// \a age is that of what is shown.
    void setLost(const QString &reason, std::chrono::seconds age);
    /// \a what is a name, \a reason a sentence. \a canRetry offers another try, else another bot.
    void setFailed(const QString &what, const QString &reason, bool canRetry);
    void clearConnection();

    void setFrozen(std::chrono::seconds age);
    void clearFrozen();
    /// \a text says where the recording ends, and why; empty ends the state.
    void setTruncated(const QString &text);

    void showNotice(const QString &text, Tone tone = Tone::Info,
        std::chrono::milliseconds duration = std::chrono::seconds(8));

    QString text() const;
    void setTheme(const Theme &theme);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void connectRequested();
    void retryRequested();
    void resumeRequested();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    enum Kind { Connection, Notice, Frozen, Truncated, KindCount }; // the first wins
    enum class Offer : quint8 { None, Connect, Retry, Resume };
    struct Line {
        QString text;
        Tone tone = Tone::Info;
        Offer offer = Offer::None;
    };
    const Line &shown() const;
    void set(Kind kind, const Line &line);
    void showLine();
    void place();
    void press();
    QColor color(Tone tone) const;

    const Theme *m_theme;
    std::array<Line, KindCount> m_lines;
    Button *m_button;
    Button *m_dismiss;
    QTimer m_noticeEnds;
    std::chrono::milliseconds m_noticeLeft{};
};

} // namespace Turnstile::Monitor
