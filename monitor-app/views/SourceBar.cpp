// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/SourceBar.h"

#include "monitor-app/models/Format.h"
#include "monitor-app/views/BotMenu.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/Keys.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QActionGroup>
#include <QtGui/QPainter>
#include <QtWidgets/QHBoxLayout>

#include <array>

namespace Turnstile::Monitor {

namespace {
constexpr int fieldWidth = 240; // texts are shortened before the filter gets less
constexpr std::array ranges{TimeRange::Seconds30, TimeRange::Minutes5, TimeRange::Hour1};
} // namespace

SourceBar::SourceBar(const BotFinder *finder, QWidget *parent)
    : QWidget(parent)
    , m_theme(&Theme::dark())
    , m_layout(new QHBoxLayout(this))
    , m_bots(new BotMenu(finder, this))
    , m_ranges(new QMenu(this))
    , m_rangeActions(new QActionGroup(this))
    , m_field(new QWidget(this))
    , m_source(new Button({}, this))
    , m_freeze(new Button({}, this))
    , m_record(new Button({}, this))
    , m_range(new Button({}, this))
    , m_export(new Button({}, this))
{
    setAccessibleName(tr("Source"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_layout->setContentsMargins(Theme::padding, 0, Theme::padding, 1);
    m_layout->setSpacing(Theme::padding);
    for (Button *button : {m_source, m_freeze, m_record, m_range})
        m_layout->addWidget(button);
    m_layout->addWidget(m_field, 1);
    m_layout->addWidget(m_export);
    makeRanges();
    makeButtons();
    updateButtons();
}

void SourceBar::makeButtons()
{
    m_source->setMenu(m_bots);
    m_range->setMenu(m_ranges);
    m_export->setEnabled(false);
    m_range->setAccessibleName(tr("Time range"));
    m_export->setAccessibleName(tr("Export"));
    m_range->setToolTip(tr("How much of the past the lines and the timeline show"));
    m_export->setToolTip(tr("Save what is shown as a table or a picture"));
    connect(m_freeze, &Button::clicked, this, [this] { Q_EMIT freezeToggled(!m_frozen); });
    connect(m_record, &Button::clicked, this, [this] { Q_EMIT recordToggled(!m_recording); });
    connect(m_bots, &BotMenu::botChosen, this, &SourceBar::botChosen);
    connect(m_bots, &BotMenu::connectRequested, this, &SourceBar::connectRequested);
    connect(m_bots, &BotMenu::openRequested, this, &SourceBar::openRequested);
    connect(m_bots, &BotMenu::recordingChosen, this, &SourceBar::recordingChosen);
    connect(m_bots, &BotMenu::demoRequested, this, &SourceBar::demoRequested);
    connect(m_bots, &BotMenu::disconnectRequested, this, &SourceBar::disconnectRequested);
}

void SourceBar::makeRanges()
{
    for (const QString &text : {tr("Last 30 s"), tr("Last 5 min"), tr("Last hour")}) {
        QAction *action = m_rangeActions->addAction(text);
        action->setCheckable(true);
    }
    m_ranges->addActions(m_rangeActions->actions());
    connect(m_rangeActions, &QActionGroup::triggered, this, [this](QAction *action) {
        const TimeRange range = ranges[size_t(m_rangeActions->actions().indexOf(action))];
        setRange(m_shownRange); // until it is told
        Q_EMIT rangeChosen(range);
    });
}

void SourceBar::setSource(
    const QString &name, MonitorSource::State state, const MonitorAddress &address)
{
    m_name = name;
    m_state = state;
    m_bots->setPresent(address);
    updateButtons();
}

void SourceBar::clearSource()
{
    m_name.clear();
    m_state.reset();
    m_bots->setPresent({});
    updateButtons();
}

void SourceBar::setFrozen(std::optional<std::chrono::seconds> age)
{
    m_frozen = age;
    updateButtons();
}

void SourceBar::setRecording(std::optional<std::chrono::seconds> length)
{
    m_recording = length;
    updateButtons();
}

void SourceBar::setRange(TimeRange range)
{
    m_shownRange = range;
    updateButtons();
}

void SourceBar::setFilterField(QWidget *field)
{
    delete m_layout->replaceWidget(m_field, field);
    delete m_field;
    m_field = field;
    setTabOrder(m_range, field);
    setTabOrder(field, m_export);
    fit();
}

void SourceBar::setExportMenu(QMenu *menu)
{
    menu->setPalette(m_theme->palette());
    m_export->setMenu(menu);
    updateButtons();
}

void SourceBar::setTheme(const Theme &theme)
{
    m_theme = &theme;
    for (Button *button : {m_source, m_freeze, m_record, m_range, m_export})
        button->setTheme(theme);
    for (QMenu *menu : findChildren<QMenu *>())
        menu->setPalette(theme.palette());
    if (m_export->menu())
        m_export->menu()->setPalette(theme.palette());
    updateButtons();
    update();
}

void SourceBar::showBots()
{
    m_source->showMenu();
}

QSize SourceBar::minimumSizeHint() const
{
    return {640, Theme::barHeight};
}

void SourceBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme->panel);
    painter.fillRect(0, height() - 1, width(), 1, m_theme->border);
}

void SourceBar::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fit();
}

void SourceBar::updateButtons()
{
    m_bots->setWatching(m_state.has_value());
    m_source->setMark(Button::Mark::Dot, stateColor());
    m_source->setAccessibleName(m_state ? m_name : tr("No bot"));
    m_source->setToolTip(m_state ? m_name : tr("Choose a bot, a recording or the demo"));
    m_freeze->setEnabled(m_state.has_value());
    m_freeze->setMark(m_frozen ? Button::Mark::Play : Button::Mark::Pause);
    m_freeze->setTone(m_frozen ? m_theme->amber : QColor());
    m_freeze->setAccessibleName(m_frozen ? tr("Resume") : tr("Freeze"));
    m_freeze->setToolTip(Keys::tip(m_frozen ? tr("Show what has come in since, and go on")
                                            : tr("Let the view stand; data keeps coming in"),
        Keys::freeze()));
    // What is being recorded can be ended whatever became of its source.
    m_record->setEnabled(m_recording || (m_state && m_state != MonitorSource::State::Replay));
    m_record->setMark(Button::Mark::Dot, m_recording ? m_theme->red : QColor());
    m_record->setTone(m_recording ? m_theme->red : QColor());
    m_record->setAccessibleName(m_recording ? tr("End recording") : tr("Record"));
    m_record->setToolTip(
        Keys::tip(m_recording ? tr("End the recording") : tr("Record what comes in to a file"),
            Keys::record()));
    m_range->setEnabled(m_state.has_value());
    m_export->setEnabled(m_state && m_export->menu());
    m_rangeActions->actions().at(int(m_shownRange))->setChecked(true);
    fit();
}

void SourceBar::showTexts(Brevity brevity)
{
    constexpr std::array widths{320, 210, 150};
    m_source->setText(Button::plain(m_state ? m_name : tr("No bot")));
    m_source->setMaximumTextWidth(widths[brevity]);
    const QString range = m_rangeActions->actions().at(int(m_shownRange))->text();
    const std::array shortRanges{tr("30 s"), tr("5 min"), tr("1 h")};
    m_range->setText(brevity == Full ? range : shortRanges[size_t(m_shownRange)]);
    m_export->setText(tr("Export"));
    if (brevity == Shortest)
        m_freeze->setText({});
    else if (!m_frozen)
        m_freeze->setText(tr("Freeze"));
    else if (brevity == Short)
        m_freeze->setText(tr("Resume"));
    else
        m_freeze->setText(tr("Frozen %1 · Resume").arg(Format::age(*m_frozen)));
    if (!m_recording)
        m_record->setText(brevity == Shortest ? QString() : tr("Record"));
    else if (brevity == Full)
        m_record->setText(tr("Recording %1").arg(Format::clock(*m_recording)));
    else
        m_record->setText(Format::clock(*m_recording));
}

// The longest texts that leave the filter enough room.
void SourceBar::fit()
{
    const int room = width() - m_layout->contentsMargins().left()
        - m_layout->contentsMargins().right() - 5 * m_layout->spacing() - fieldWidth;
    for (Brevity brevity : {Full, Short, Shortest}) {
        showTexts(brevity);
        int needed = 0;
        for (const Button *button : {m_source, m_freeze, m_record, m_range, m_export})
            needed += button->sizeHint().width();
        if (needed <= room)
            break;
    }
}

QColor SourceBar::stateColor() const
{
    if (!m_state)
        return m_theme->faint;
    switch (*m_state) {
    case MonitorSource::State::Live:
        return m_theme->green;
    case MonitorSource::State::Connecting:
    case MonitorSource::State::Lost:
        return m_theme->amber;
    case MonitorSource::State::Failed:
        return m_theme->red;
    case MonitorSource::State::Replay:
        return m_theme->blue;
    }
    Q_UNREACHABLE();
}

} // namespace Turnstile::Monitor
