// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Filter.h"

#include <QtCore/QPointer>
#include <QtCore/QTimer>
#include <QtWidgets/QLineEdit>

class QLabel;

namespace Turnstile::Monitor {

class FilterPopup;
struct Theme;

/// Where people type a Filter. It applies when they pause, so that half a word is no filter, or at
/// once with Enter. What is wrong stands below, over the window, and the last good filter stays.
///
/// Candidates for the word at the cursor come while it is typed, or with the down key: Tab or Enter
/// takes one. Escape closes them, then clears the filter.
class FilterField : public QLineEdit {
    Q_OBJECT
public:
    explicit FilterField(QWidget *parent = nullptr);
    ~FilterField() override;

    void setTheme(const Theme &theme);
    /// Applies it at once.
    void setText(const QString &text);
    /// The last good one.
    const Filter &filter() const { return m_filter; }
    /// What is wrong with the text as it was applied last, in a sentence.
    const QString &problem() const { return m_problem; }

    QSize sizeHint() const override;

Q_SIGNALS:
    /// What was typed is another filter, and a good one.
    void filterChanged(const Turnstile::Monitor::Filter &filter);

protected:
    bool event(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;
    void moveEvent(QMoveEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void apply();
    void complete(bool asked);
    bool isCompleting() const;
    void stopCompleting();
    bool take(int candidate);
    bool takesKey(int key);
    void updateStyle();
    void placeOverlays();
    void place(QWidget *overlay, qreal left);

    const Theme *m_theme;
    QAction *m_clear;
    QPointer<FilterPopup> m_popup; // over the window, which may go first
    QPointer<QLabel> m_note;
    QTimer m_pause;
    Filter m_filter;
    Filter::Completion m_completion;
    QString m_problem;
};

} // namespace Turnstile::Monitor
