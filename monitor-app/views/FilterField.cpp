// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/FilterField.h"

#include "monitor-app/views/FilterPopup.h"
#include "monitor-app/views/Paint.h"
#include "monitor-app/views/Theme.h"

#include <QtGui/QAction>
#include <QtGui/QKeyEvent>
#include <QtGui/QPainter>
#include <QtWidgets/QLabel>

#include <algorithm>

namespace Turnstile::Monitor {

using namespace std::chrono_literals;

namespace {
constexpr milliseconds typingPause = 400ms;
constexpr int overlayGap = 4;
constexpr int noteWidth = 560; // at most: two lines of most problems

QIcon crossIcon(const QColor &color)
{
    QPixmap pixmap(32, 32);
    pixmap.setDevicePixelRatio(2);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    Paint::cross(&painter, {8, 8}, color);
    return pixmap;
}
} // namespace

FilterField::FilterField(QWidget *parent)
    : QLineEdit(parent)
    , m_theme(&Theme::dark())
    , m_clear(addAction(QIcon(), TrailingPosition))
    , m_popup(new FilterPopup(this))
    , m_note(new QLabel(this))
{
    setPlaceholderText(tr("Filter: method:POST queued:>0 channels/4177…"));
    setAccessibleName(tr("Filter"));
    setFont(Theme::body());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_clear->setToolTip(tr("Clear the filter"));
    m_clear->setVisible(false);
    m_note->setFont(Theme::small());
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->hide();
    m_pause.setSingleShot(true);
    m_pause.setInterval(typingPause);

    connect(m_clear, &QAction::triggered, this, &QLineEdit::clear);
    connect(&m_pause, &QTimer::timeout, this, &FilterField::apply);
    connect(this, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_clear->setVisible(!text.isEmpty());
        m_pause.start(text.isEmpty() ? 0ms : typingPause);
    });
    connect(this, &QLineEdit::textEdited, this, [this] { complete(false); });
    connect(this, &QLineEdit::cursorPositionChanged, this, [this] {
        if (isCompleting())
            complete(true);
    });
    connect(m_popup, &QTreeWidget::itemPressed, this, [this] { take(m_popup->chosen()); });
    setTheme(*m_theme);
}

FilterField::~FilterField()
{
    delete m_popup;
    delete m_note;
}

void FilterField::setTheme(const Theme &theme)
{
    m_theme = &theme;
    m_clear->setIcon(crossIcon(theme.dim));
    m_popup->setTheme(theme);
    m_note->setStyleSheet(QStringLiteral("QLabel { background: %1; color: %2; padding: 5px 8px;"
                                         "border: 1px solid %2; border-radius: %3px; }")
                              .arg(theme.tinted(theme.red).name(), theme.red.name(),
                                  QString::number(Theme::buttonRadius)));
    updateStyle();
}

void FilterField::setText(const QString &text)
{
    QLineEdit::setText(text);
    stopCompleting();
    apply();
}

QSize FilterField::sizeHint() const
{
    return {360, Theme::buttonHeight};
}

bool FilterField::event(QEvent *event)
{
    if (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        // Before a shortcut of the window has it, and before the focus moves.
        if (event->type() == QEvent::ShortcutOverride && key == Qt::Key_Escape
            && (isCompleting() || !text().isEmpty())) {
            event->accept();
            return true;
        }
        if (event->type() == QEvent::KeyPress && key == Qt::Key_Tab && isCompleting())
            return take(std::max(0, m_popup->chosen()));
    }
    return QLineEdit::event(event);
}

bool FilterField::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == window() && event->type() == QEvent::Resize)
        placeOverlays();
    return QLineEdit::eventFilter(watched, event);
}

void FilterField::keyPressEvent(QKeyEvent *event)
{
    if (takesKey(event->key()))
        event->accept();
    else
        QLineEdit::keyPressEvent(event);
}

void FilterField::mousePressEvent(QMouseEvent *event)
{
    QLineEdit::mousePressEvent(event);
    if (text().isEmpty())
        complete(true); // to see what there is
}

void FilterField::focusOutEvent(QFocusEvent *event)
{
    QLineEdit::focusOutEvent(event);
    stopCompleting();
}

void FilterField::moveEvent(QMoveEvent *event)
{
    QLineEdit::moveEvent(event);
    placeOverlays();
}

void FilterField::resizeEvent(QResizeEvent *event)
{
    QLineEdit::resizeEvent(event);
    placeOverlays();
}

void FilterField::hideEvent(QHideEvent *event)
{
    QLineEdit::hideEvent(event);
    stopCompleting();
}

void FilterField::apply()
{
    m_pause.stop();
    const Filter typed = Filter::parse(text());
    m_problem = typed.problem();
    setAccessibleDescription(m_problem);
    if (m_note)
        m_note->setText(m_problem);
    placeOverlays();
    if (!typed.isValid() || typed.text().trimmed() == m_filter.text().trimmed())
        return;
    m_filter = typed;
    Q_EMIT filterChanged(typed);
}

void FilterField::complete(bool asked)
{
    m_completion = Filter::complete(text(), cursorPosition());
    if (m_completion.candidates.isEmpty() || (m_completion.isEmpty && !asked)) {
        stopCompleting();
        return;
    }
    m_popup->setCandidates(m_completion.candidates);
    m_popup->show();
    if (!m_completion.isEmpty)
        m_popup->choose(0);
    placeOverlays();
}

bool FilterField::isCompleting() const
{
    return m_popup && m_popup->isVisible();
}

void FilterField::stopCompleting()
{
    if (m_popup)
        m_popup->hide();
    placeOverlays();
}

bool FilterField::take(int candidate)
{
    if (candidate < 0 || candidate >= m_completion.candidates.size())
        return false;
    const Filter::Completion::Candidate taken = m_completion.candidates[candidate];
    const Filter::Range range = m_completion.range;
    const bool isLast = range.start + range.length == text().size();
    stopCompleting();
    setSelection(int(range.start), int(range.length));
    insert(taken.isWhole && isLast ? taken.text + QLatin1Char(' ') : taken.text);
    if (taken.isWhole)
        apply();
    else
        complete(false);
    return true;
}

bool FilterField::takesKey(int key)
{
    switch (key) {
    case Qt::Key_Down:
    case Qt::Key_Up:
        if (isCompleting())
            m_popup->chooseNext(key == Qt::Key_Down ? 1 : -1);
        else if (key == Qt::Key_Down)
            complete(true);
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (isCompleting() && take(m_popup->chosen()))
            return true;
        stopCompleting();
        apply();
        return false;
    case Qt::Key_Escape:
        if (!isCompleting() && text().isEmpty())
            return false;
        if (isCompleting())
            stopCompleting();
        else
            clear();
        return true;
    default:
        return false;
    }
}

void FilterField::updateStyle()
{
    const bool isWrong = !m_problem.isEmpty() && !isCompleting();
    const QColor edge = isWrong ? m_theme->red : m_theme->border;
    const QColor focused = isWrong ? m_theme->red : m_theme->blue;
    const QString style =
        QStringLiteral(
            "QLineEdit { background: %1; color: %2; border: 1px solid %3; border-radius: %4px;"
            "padding: 0 7px; selection-background-color: %5; selection-color: %2; }"
            "QLineEdit:focus { border-color: %6; }")
            .arg(m_theme->window.name(), m_theme->text.name(), edge.name(),
                QString::number(Theme::buttonRadius), m_theme->selection.name(), focused.name());
    if (style != styleSheet())
        setStyleSheet(style);
}

// Candidates hide what is wrong: the word is not typed yet.
void FilterField::placeOverlays()
{
    updateStyle();
    if (isCompleting()) {
        m_note->hide();
        const QString before =
            text().mid(m_completion.range.start, cursorPosition() - m_completion.range.start);
        place(m_popup, cursorRect().center().x() - fontMetrics().horizontalAdvance(before) - 10);
    } else if (m_note && isVisible() && !m_problem.isEmpty()) {
        place(m_note, 0);
    } else if (m_note) {
        m_note->hide();
    }
}

void FilterField::place(QWidget *overlay, qreal left)
{
    if (overlay->parentWidget() != window()) {
        overlay->setParent(window());
        window()->installEventFilter(this);
    }
    const QPoint corner = mapTo(window(), QPoint(std::max(0, int(left)), height() + overlayGap));
    const int room = window()->width() - overlayGap;
    QSize size = overlay->sizeHint();
    if (overlay == m_note) {
        size.setWidth(std::min({width(), noteWidth, room}));
        size.setHeight(m_note->heightForWidth(size.width()));
    }
    overlay->resize(size.boundedTo({room, std::max(0, window()->height() - corner.y())}));
    overlay->move(std::clamp(corner.x(), 0, std::max(0, room - overlay->width())), corner.y());
    overlay->show();
    overlay->raise();
}

} // namespace Turnstile::Monitor
