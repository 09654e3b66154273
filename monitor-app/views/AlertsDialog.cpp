// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/AlertsDialog.h"

#include "monitor-app/views/AlertTray.h"
#include "monitor-app/views/Theme.h"

#include <QtWidgets/QCheckBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QLabel>
#include <QtWidgets/QPushButton>
#include <QtWidgets/QSpinBox>
#include <QtWidgets/QVBoxLayout>

namespace Turnstile::Monitor {

namespace {
constexpr int usualSeconds = 30;

QLabel *makeNote(const QString &text, QWidget *parent)
{
    auto *note = new QLabel(text, parent);
    note->setFont(Theme::small());
    note->setForegroundRole(QPalette::PlaceholderText);
    note->setWordWrap(true);
    return note;
}
} // namespace

AlertsDialog::AlertsDialog(AlertTray *tray, QWidget *parent)
    : QDialog(parent)
    , m_tray(tray)
    , m_globalLock(new QCheckBox(tr("the &global limit locks everything"), this))
    , m_rateLimited(new QCheckBox(tr("a request is answered with &429"), this))
    , m_queue(new QCheckBox(tr("a ticket &waits longer than"), this))
    , m_seconds(new QSpinBox(this))
{
    setWindowTitle(tr("Alerts"));
    setFont(Theme::body());
    const AlertSettings &settings = tray->settings();
    m_globalLock->setChecked(settings.onGlobalLock);
    m_rateLimited->setChecked(settings.onRateLimited);
    m_queue->setChecked(settings.queueOlderThan.has_value());
    m_seconds->setRange(1, 86'400);
    m_seconds->setSuffix(tr(" s"));
    m_seconds->setValue(
        int(settings.queueOlderThan.value_or(std::chrono::seconds(usualSeconds)).count()));
    m_seconds->setEnabled(m_queue->isChecked());
    m_seconds->setAccessibleName(tr("Longest wait in seconds"));

    auto *queue = new QHBoxLayout;
    queue->addWidget(m_queue);
    queue->addWidget(m_seconds);
    queue->addStretch();
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton *tryButton = buttons->addButton(tr("&Try it"), QDialogButtonBox::ActionRole);
    tryButton->setToolTip(tr("Shows one notification now, whatever is chosen above."));

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 16, 18, 16);
    layout->setSpacing(Theme::gap);
    layout->addWidget(new QLabel(tr("Notify me when"), this));
    layout->addWidget(m_globalLock);
    layout->addWidget(m_rateLimited);
    layout->addLayout(queue);
    layout->addSpacing(Theme::gap);
    layout->addWidget(makeNote(
        tr("Nothing is told twice: a lock once, 429s together once in 10 seconds, and a long wait "
           "once until no ticket waits for half as long."),
        this));
    layout->addWidget(makeNote(AlertTray::isAvailable()
            ? tr("Notifications come from the desktop's tray. “Try it” shows one now.")
            : tr("This desktop has no tray: alerts are shown below the bar, and the window "
                 "asks for attention. “Try it” shows one now."),
        this));
    layout->addWidget(buttons);
    layout->setSizeConstraint(QLayout::SetFixedSize);

    for (const QCheckBox *box : {m_globalLock, m_rateLimited, m_queue})
        connect(box, &QCheckBox::toggled, this, &AlertsDialog::apply);
    connect(m_seconds, &QSpinBox::valueChanged, this, &AlertsDialog::apply);
    connect(tryButton, &QPushButton::clicked, this, &AlertsDialog::tryOne);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
}

AlertsDialog::~AlertsDialog() = default;

void AlertsDialog::setTheme(const Theme &theme)
{
    QPalette palette = theme.palette();
    palette.setColor(QPalette::Base, theme.raised); // boxes stand out against the window
    setPalette(palette);
}

void AlertsDialog::apply()
{
    m_seconds->setEnabled(m_queue->isChecked());
    AlertSettings settings;
    settings.onGlobalLock = m_globalLock->isChecked();
    settings.onRateLimited = m_rateLimited->isChecked();
    if (m_queue->isChecked())
        settings.queueOlderThan = std::chrono::seconds(m_seconds->value());
    m_tray->setSettings(settings);
}

void AlertsDialog::tryOne()
{
    m_tray->tell({tr("A test"), tr("This is how an alert looks.")});
}

} // namespace Turnstile::Monitor
