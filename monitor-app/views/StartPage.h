// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtWidgets/QWidget>

class QBoxLayout;
class QLabel;
class QScrollArea;

namespace Turnstile::Monitor {

class BotFinder;
class Button;
class CodeBox;
struct Theme;

/// What is shown while nothing is watched: the bots that run here, how to make one of your own
/// visible, and the other things that can be looked at.
class StartPage : public QWidget {
    Q_OBJECT
public:
    /// Without a \a finder there are no bots.
    explicit StartPage(const BotFinder *finder = nullptr, QWidget *parent = nullptr);

    /// Why what was asked for did not start; empty: nothing went wrong.
    void setProblem(const QString &problem);
    void setTheme(const Theme &theme);

Q_SIGNALS:
    void botChosen(const Turnstile::MonitorAddress &address);
    void connectRequested();
    void openRequested();
    void recordingChosen(const QString &file);
    void demoRequested();

protected:
    void showEvent(QShowEvent *event) override;

private:
    QWidget *makeColumn();
    QBoxLayout *makeActions();
    QLabel *makeLabel(const QString &text, const QFont &font);
    Button *makeWideButton(const QString &text, const QString &detail);
    void showBots();
    void showRecordings();
    void orderTabs();
    void applyTheme();

    const BotFinder *m_finder;
    const Theme *m_theme;
    QScrollArea *m_scroll;
    QLabel *m_problem;
    QLabel *m_remark; ///< that there are no bots, or why
    QBoxLayout *m_bots;
    CodeBox *m_code;
    Button *m_demo;
    QList<Button *> m_actions;
    QLabel *m_recordingsTitle;
    QBoxLayout *m_recordings;
    QList<QLabel *> m_titles;
};

} // namespace Turnstile::Monitor
