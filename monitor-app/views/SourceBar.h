// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/TimeRange.h"
#include "monitor-app/sources/MonitorSource.h"
#include "ratelimit/monitoring/MonitorAddress.h"

#include <QtWidgets/QWidget>

#include <chrono>
#include <optional>

class QActionGroup;
class QHBoxLayout;
class QMenu;

namespace Turnstile::Monitor {

class BotFinder;
class BotMenu;
class Button;
struct Theme;

/// The bar at the top: which bot is watched and whether it is there, freeze, record, time range,
/// the filter, export. It asks by signals, and shows what it is told; a press changes nothing here.
class SourceBar : public QWidget {
    Q_OBJECT
public:
    explicit SourceBar(const BotFinder *finder = nullptr, QWidget *parent = nullptr);

    /// \a address is that of a bot that may be in the list of those that run here.
    void setSource(
        const QString &name, MonitorSource::State state, const MonitorAddress &address = {});
    /// Nothing is watched.
    void clearSource();
    /// How long the view has stood; nothing: it moves.
    void setFrozen(std::optional<std::chrono::seconds> age);
    /// How long the recording is so far; nothing: there is none.
    void setRecording(std::optional<std::chrono::seconds> length);
    void setRange(TimeRange range);
    /// \a field takes what room there is.
    void setFilterField(QWidget *field);
    void setExportMenu(QMenu *menu);
    void setTheme(const Theme &theme);

    /// Opens the list of what can be watched.
    void showBots();

    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void botChosen(const Turnstile::MonitorAddress &address);
    void connectRequested();
    void openRequested();
    void recordingChosen(const QString &file);
    void demoRequested();
    void disconnectRequested();
    void freezeToggled(bool frozen);
    void recordToggled(bool recording);
    void rangeChosen(Turnstile::Monitor::TimeRange range);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    enum Brevity { Full, Short, Shortest };
    void makeButtons();
    void makeRanges();
    void updateButtons();
    void showTexts(Brevity brevity);
    void fit();
    QColor stateColor() const;

    const Theme *m_theme;
    QHBoxLayout *m_layout;
    BotMenu *m_bots;
    QMenu *m_ranges;
    QActionGroup *m_rangeActions;
    QWidget *m_field;
    Button *m_source;
    Button *m_freeze;
    Button *m_record;
    Button *m_range;
    Button *m_export;
    QString m_name;
    std::optional<MonitorSource::State> m_state;
    std::optional<std::chrono::seconds> m_frozen;
    std::optional<std::chrono::seconds> m_recording;
    TimeRange m_shownRange = TimeRange::Seconds30;
};

} // namespace Turnstile::Monitor
