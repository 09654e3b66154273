// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/ReplayBar.h"

#include "monitor-app/sources/ReplaySource.h"
#include "monitor-app/views/Button.h"
#include "monitor-app/views/Keys.h"
#include "monitor-app/views/Scrubber.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QActionGroup>
#include <QtGui/QPainter>
#include <QtGui/QShortcut>
#include <QtWidgets/QHBoxLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QMenu>

namespace Turnstile::Monitor {

namespace {
constexpr Qt::Key playKey = Qt::Key_K;
constexpr double speeds[] = {0.25, 0.5, 1, 2, 4, 8, 16};

QString speedText(double speed)
{
    return QStringLiteral("%1×").arg(speed);
}
} // namespace

ReplayBar::ReplayBar(QWidget *parent)
    : QWidget(parent)
    , m_theme(&Theme::dark())
    , m_play(new Button({}, this))
    , m_position(new QLabel(this))
    , m_scrubber(new Scrubber(this))
    , m_wall(new QLabel(this))
    , m_speed(new Button({}, this))
{
    setAccessibleName(tr("Replay"));
    setFixedHeight(Theme::barHeight);
    m_position->setFont(Theme::body());
    m_position->setAccessibleName(tr("Position"));
    m_scrubber->setAccessibleName(tr("Position in the recording"));
    m_wall->setFont(Theme::small());
    m_wall->setAccessibleName(tr("Recorded at"));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(Theme::padding, 1, Theme::padding, 0);
    layout->setSpacing(Theme::padding);
    layout->addWidget(m_play);
    layout->addWidget(m_position);
    layout->addWidget(m_scrubber, 1);
    layout->addWidget(m_wall);
    layout->addWidget(m_speed);
    connect(m_play, &QAbstractButton::clicked, this, &ReplayBar::togglePlaying);
    connect(m_scrubber, &Scrubber::jumped, this, &ReplayBar::go);
    makeSpeeds();
    makeShortcuts();
    setTheme(*m_theme);
    setSource(nullptr);
}

void ReplayBar::setSource(ReplaySource *source)
{
    if (m_source)
        m_source->disconnect(this);
    m_source = source;
    setEnabled(source);
    if (source) {
        connect(source, &ReplaySource::positionChanged, this, &ReplayBar::showPosition);
        connect(source, &ReplaySource::playingChanged, this, &ReplayBar::showPlaying);
        connect(source, &MonitorSource::stateChanged, this, &ReplayBar::showPosition);
        connect(source, &QObject::destroyed, this, [this] { setSource(nullptr); });
    }
    showPlaying();
    showPosition();
}

void ReplayBar::setTheme(const Theme &theme)
{
    m_theme = &theme;
    m_play->setTheme(theme);
    m_speed->setTheme(theme);
    m_position->setPalette(theme.palette());
    QPalette dim = theme.palette();
    dim.setColor(QPalette::WindowText, theme.dim);
    m_wall->setPalette(dim);
    m_scrubber->setTheme(theme);
    update();
}

QSize ReplayBar::sizeHint() const
{
    return {800, Theme::barHeight};
}

void ReplayBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), m_theme->panel);
    painter.fillRect(0, 0, width(), 1, m_theme->border);
}

void ReplayBar::makeSpeeds()
{
    auto *menu = new QMenu(m_speed);
    auto *group = new QActionGroup(menu);
    for (const double speed : speeds) {
        QAction *action = menu->addAction(speedText(speed));
        action->setData(speed);
        action->setCheckable(true);
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, speed] {
            if (m_source)
                m_source->setSpeed(speed);
        });
    }
    m_speed->setMenu(menu);
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("How fast the recording is played"));
}

void ReplayBar::makeShortcuts()
{
    auto *play = new QShortcut(playKey, this);
    connect(play, &QShortcut::activated, this, &ReplayBar::togglePlaying);
    const auto add = [this](const QKeySequence &key, auto position) {
        auto *shortcut = new QShortcut(key, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, [this, position] {
            if (m_source)
                go(position(*m_source));
        });
    };
    const auto by = [](qint64 step) {
        return [step](const ReplaySource &source) { return source.position().count() + step; };
    };
    add(Qt::Key_Left, by(-1000));
    add(Qt::Key_Right, by(1000));
    add(Qt::SHIFT | Qt::Key_Left, by(-10'000));
    add(Qt::SHIFT | Qt::Key_Right, by(10'000));
    add(Qt::Key_Home, [](const ReplaySource &) { return qint64(0); });
    add(Qt::Key_End, [](const ReplaySource &source) { return source.duration().count(); });
}

void ReplayBar::togglePlaying()
{
    if (m_source)
        m_source->setPlaying(!m_source->isPlaying());
}

void ReplayBar::go(qint64 milliseconds)
{
    if (m_source)
        m_source->setPosition(std::chrono::milliseconds(milliseconds));
}

void ReplayBar::showPosition()
{
    const qint64 duration = m_source ? m_source->duration().count() : 0;
    const qint64 position = m_source ? m_source->position().count() : 0;
    const QString whole = Scrubber::timeText(duration);
    const QString text = tr("%1 / %2").arg(Scrubber::timeText(position), whole);
    m_position->setText(text);
    const QString widest = QString(whole.size(), QLatin1Char('0')); // so that nothing hops
    m_position->setMinimumWidth(
        m_position->fontMetrics().horizontalAdvance(tr("%1 / %2").arg(widest, widest)));
    constexpr qint64 most = std::numeric_limits<int>::max();
    m_scrubber->setRange(0, int(std::min(duration, most)));
    m_scrubber->setValue(int(std::min(position, most)));
    m_wall->setText(m_source
            ? QLocale().toString(m_source->wallTime(), QStringLiteral("d MMM yyyy HH:mm:ss"))
            : QString());
}

void ReplayBar::showPlaying()
{
    const bool isPlaying = m_source && m_source->isPlaying();
    const double speed = m_source ? m_source->speed() : 1;
    const QString action = isPlaying ? tr("Pause") : tr("Play");
    m_play->setMark(isPlaying ? Button::Mark::Pause : Button::Mark::Play);
    m_play->setAccessibleName(action);
    m_play->setToolTip(Keys::tip(action, playKey));
    m_speed->setText(speedText(speed));
    for (QAction *choice : m_speed->menu()->actions())
        choice->setChecked(choice->data().toDouble() == speed);
}

} // namespace Turnstile::Monitor
