// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/QPointer>
#include <QtWidgets/QWidget>

class QLabel;

namespace Turnstile::Monitor {

class Button;
class ReplaySource;
class Scrubber;
struct Theme;

/// The bar below a recording: play and pause, where it stands, how fast it goes.
///
/// K plays and pauses. In the bar, Left and Right go by a second, with Shift by ten, Home and End
/// to the ends.
class ReplayBar : public QWidget {
    Q_OBJECT
public:
    explicit ReplayBar(QWidget *parent = nullptr);

    /// Shows \a source, until it is gone. None: the bar is disabled.
    void setSource(ReplaySource *source);
    void setTheme(const Theme &theme);

    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void makeSpeeds();
    void makeShortcuts();
    void togglePlaying();
    void go(qint64 milliseconds);
    void showPosition();
    void showPlaying();

    QPointer<ReplaySource> m_source;
    const Theme *m_theme;
    Button *m_play;
    QLabel *m_position;
    Scrubber *m_scrubber;
    QLabel *m_wall;
    Button *m_speed;
};

} // namespace Turnstile::Monitor
