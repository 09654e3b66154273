// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/DetailPanel.h"

#include "monitor-app/models/BucketStory.h"
#include "monitor-app/models/Format.h"
#include "monitor-app/models/Sharing.h"
#include "monitor-app/models/Store.h"
#include "monitor-app/models/WaitTrace.h"
#include "monitor-app/views/Paint.h"
#include "monitor-app/views/TextLines.h"
#include "monitor-app/views/TicketLines.h"
#include "monitor-app/views/TracePlot.h"

#include <QtGui/QPainter>
#include <QtWidgets/QScrollArea>
#include <QtWidgets/QScrollBar>
#include <QtWidgets/QVBoxLayout>

#include <cmath>

namespace Turnstile::Monitor {

namespace {
constexpr int preferredWidth = 326;
constexpr float leastWait = 10; // milliseconds: noise stays at the bottom

void color(QWidget *widget, const QColor &color)
{
    QPalette palette = widget->palette();
    palette.setColor(QPalette::WindowText, color);
    widget->setPalette(palette);
}

// A path has no spaces to be broken at.
QString breakable(const BucketRow &row)
{
    QString path = row.path;
    path.replace(QLatin1Char('/'), QStringLiteral("\u200b/"));
    return row.method.isEmpty() ? path : row.method + QLatin1Char(' ') + path;
}

// A line for each of those that it names.
QString inLines(QString list)
{
    return list.replace(QStringLiteral(", "), QStringLiteral("\n"));
}

QString rangeName(TimeRange range)
{
    switch (range) {
    case TimeRange::Seconds30:
        return DetailPanel::tr("last 30 s");
    case TimeRange::Minutes5:
        return DetailPanel::tr("last 5 min");
    case TimeRange::Hour1:
        break;
    }
    return DetailPanel::tr("last hour");
}

QString tokensText(float value)
{
    return Format::count(quint64(std::lround(value)));
}

QString waitText(float value)
{
    return Format::duration(milliseconds(std::llround(value)));
}
} // namespace

DetailPanel::DetailPanel(Store *store, QWidget *parent)
    : QWidget(parent)
    , m_store(store)
    , m_message(new QLabel(this))
    , m_page(new QScrollArea(this))
    , m_title(new TextLines(2, Theme::heading(), this))
    , m_story(new TextLines(2, Theme::body(), this))
    , m_tokens(new TracePlot(&Theme::green, tokensText, this))
    , m_waits(new TracePlot(&Theme::purple, waitText, this))
    , m_tickets(new TicketLines(this))
    , m_theme(&Theme::dark())
{
    setAccessibleName(tr("Bucket"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    m_message->setFont(Theme::body());
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    layout->addWidget(m_message);
    m_page->setFrameShape(QFrame::NoFrame);
    m_page->setWidgetResizable(true);
    m_page->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_page->setWidget(makePage());
    m_page->viewport()->setAutoFillBackground(false);
    m_page->widget()->setAutoFillBackground(false);
    layout->addWidget(m_page);

    connect(store, &Store::figuresChanged, this, &DetailPanel::refresh);
    connect(store, &Store::wasReset, this, &DetailPanel::refresh);
    connect(store, &Store::rangeChanged, this, &DetailPanel::setRange);
    setRange(store->range());
    setTheme(*m_theme);
}

DetailPanel::~DetailPanel() = default;

QWidget *DetailPanel::makePage()
{
    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(Theme::padding, Theme::padding, Theme::padding, Theme::gap);
    layout->setSpacing(8);
    layout->addWidget(m_title);
    layout->addWidget(m_story);
    auto *rows = new QVBoxLayout;
    rows->setSpacing(5);
    m_hash = addRow(rows, tr("bucket"));
    m_hash->setFont(Theme::mono());
    m_major = addRow(rows, tr("major resource"));
    m_shared = addRow(rows, tr("shared by"));
    m_limit = addRow(rows, tr("limit"));
    m_load = addRow(rows, tr("remaining / in flight / queued"));
    m_next = addRow(rows, tr("next grant"), 2);
    layout->addLayout(rows);
    m_sharing = new QWidget(page);
    auto *sharing = new QVBoxLayout(m_sharing);
    sharing->setContentsMargins(0, 0, 0, 0);
    sharing->setSpacing(5);
    m_holders = addRow(sharing, tr("held by"), 2);
    m_waiting = addRow(sharing, tr("waiting"), 2);
    layout->addWidget(m_sharing);
    layout->addWidget(m_tokens, 2);
    layout->addWidget(m_waits, 2);
    auto *tickets = new QLabel(tr("Tickets"), page);
    tickets->setFont(Theme::small());
    m_dimLabels.push_back(tickets);
    layout->addWidget(tickets);
    layout->addSpacing(-4);
    layout->addWidget(m_tickets, 3);
    return page;
}

TextLines *DetailPanel::addRow(QBoxLayout *rows, const QString &name, int lines)
{
    auto *label = new QLabel(name, this);
    label->setFont(Theme::body());
    m_dimLabels.push_back(label);
    auto *value = new TextLines(lines, Theme::body(), this);
    value->setAlignment(Qt::AlignRight | Qt::AlignTop);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setAccessibleDescription(name);
    auto *row = new QHBoxLayout;
    row->setSpacing(Theme::gap);
    row->addWidget(label, 0, Qt::AlignTop);
    row->addWidget(value, 1);
    rows->addLayout(row);
    return value;
}

void DetailPanel::setBucket(BucketId bucket)
{
    if (bucket == m_bucket)
        return;
    m_bucket = bucket;
    for (TextLines *list : {m_holders, m_waiting})
        list->fit(2, 2);
    m_page->verticalScrollBar()->setValue(0);
    refresh();
}

void DetailPanel::setRange(TimeRange range)
{
    m_range = range;
    m_tokens->setTitle(tr("Tokens, %1").arg(rangeName(range)));
    m_waits->setTitle(tr("Wait time, %1").arg(rangeName(range)));
    refresh();
}

void DetailPanel::setTheme(const Theme &theme)
{
    m_theme = &theme;
    for (QLabel *label :
        {m_title, m_hash, m_major, m_shared, m_limit, m_load, m_next, m_holders, m_waiting})
        color(label, theme.text);
    for (QLabel *label : m_dimLabels)
        color(label, theme.dim);
    color(m_story, theme.dim);
    color(m_message, theme.dim);
    m_tokens->setTheme(theme);
    m_waits->setTheme(theme);
    m_tickets->setTheme(theme);
    m_page->verticalScrollBar()->setStyleSheet(theme.scrollBarStyle());
    update();
}

QSize DetailPanel::sizeHint() const
{
    return {preferredWidth, 530};
}

void DetailPanel::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    Paint::panel(&painter, rect(), *m_theme);
}

void DetailPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    refresh();
}

void DetailPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    refresh();
}

void DetailPanel::refresh()
{
    if (!isVisible())
        return;
    if (m_bucket.isNull()) {
        showMessage(tr("Choose a bucket to see why it waits"));
        return;
    }
    const BucketRow *row = m_store->find(m_bucket);
    if (!row) {
        showMessage(tr("This bucket is gone"));
        return;
    }
    m_message->hide();
    m_page->show();
    writeRows(*row);
    drawPlots(*row);
    m_tickets->setTries(m_store->tickets().tries(m_bucket), m_store->now());
}

void DetailPanel::showMessage(const QString &text)
{
    m_message->setText(text);
    setAccessibleDescription(text);
    m_page->hide();
    m_message->show();
}

void DetailPanel::writeRows(const BucketRow &row)
{
    const TimePoint now = m_store->now();
    const GlobalLimitInfo &global = m_store->figures().global();
    m_title->write(breakable(row));
    m_title->fit(3);
    m_title->setAccessibleName(row.bucket.name);
    const SharedState *shared = m_store->shared();
    QString story = BucketStory::explain(row, global, now, shared);
    if (shared && !shared->problem.isEmpty())
        story += u'\n' + shared->problem;
    m_story->write(story);
    m_story->fit(2, 5);
    setAccessibleDescription(m_story->text());
    m_hash->write(
        row.bucket.hash.isEmpty() ? tr("not named yet") : QString::fromLatin1(row.bucket.hash));
    m_major->write(BucketStory::majorResource(row.bucket.majorResource));
    m_shared->write(BucketStory::sharedBy(row.bucket));
    m_limit->write(BucketStory::limit(row.bucket));
    m_load->write(BucketStory::load(row, now));
    m_next->write(BucketStory::nextGrant(row, global, now));
    writeSharing(row);
}

void DetailPanel::writeSharing(const BucketRow &row)
{
    const SharedState *shared = m_store->shared();
    m_sharing->setVisible(shared && !row.bucket.exempt);
    if (!shared)
        return;
    const SharedBucket *use = Sharing::useOf(*shared, row.bucket);
    m_holders->write(inLines(Sharing::holders(*shared, use)));
    m_waiting->write(inLines(Sharing::waiting(*shared, use)));
    for (TextLines *list : {m_holders, m_waiting}) // which change each second
        list->fit(list->lines(), 5);
}

// Columns begin at whole multiples of their width, or peaks would flicker as they move.
void DetailPanel::drawPlots(const BucketRow &row)
{
    const int columns = m_tokens->columns();
    const auto width = TimePoint::duration(spanOf(m_range)) / columns;
    const TimePoint until(m_store->now().time_since_epoch() / width * width);
    const TimePoint from = until - columns * width;
    m_tokens->setValues(m_store->tokenTrace().values(m_bucket, from, until, columns),
        spanOf(m_range), float(row.bucket.limit.value_or(1)));
    m_waits->setValues(waitTrace(m_store->tickets().tries(m_bucket), from, until, columns),
        spanOf(m_range), leastWait);
}

} // namespace Turnstile::Monitor
