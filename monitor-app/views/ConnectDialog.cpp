// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#include "monitor-app/views/ConnectDialog.h"

#include "monitor-app/models/Recent.h"
#include "monitor-app/views/Theme.h"

#include <QtNetwork/QHostAddress>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QDialogButtonBox>
#include <QtWidgets/QFormLayout>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QPushButton>

namespace Turnstile::Monitor {

ConnectDialog::ConnectDialog(const Theme &theme, QWidget *parent)
    : QDialog(parent)
    , m_address(new QComboBox(this))
    , m_token(new QLineEdit(this))
    , m_remark(new QLabel(this))
    , m_theme(&theme)
{
    setWindowTitle(tr("Connect to a bot"));
    setFont(Theme::body());
    setPalette(theme.palette());
    m_address->setEditable(true);
    m_address->setInsertPolicy(QComboBox::NoInsert);
    m_address->addItems(Recent::addresses());
    m_address->setCurrentIndex(-1);
    m_address->setMinimumWidth(380);
    m_address->lineEdit()->setPlaceholderText(tr("/path/to.sock, host:port or tls://host:port"));
    m_address->setAccessibleName(tr("Address"));
    m_token->setEchoMode(QLineEdit::Password);
    m_token->setPlaceholderText(tr("Only for host:port; it is not saved"));
    m_token->setAccessibleName(tr("Token"));
    m_remark->setWordWrap(true);
    m_remark->setTextFormat(Qt::PlainText);
    m_remark->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_remark->setMinimumHeight(3 * m_remark->fontMetrics().height()); // nothing jumps

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_ok = buttons->addButton(tr("Connect"), QDialogButtonBox::AcceptRole);
    m_ok->setDefault(true);
    connect(buttons, &QDialogButtonBox::accepted, this, &ConnectDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ConnectDialog::reject);
    connect(m_address, &QComboBox::editTextChanged, this, &ConnectDialog::check);

    auto *form = new QFormLayout(this);
    form->setContentsMargins(20, 20, 20, 16);
    form->setSpacing(Theme::padding);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Address"), m_address);
    form->addRow(tr("&Token"), m_token);
    form->addRow(QString(), m_remark);
    form->addRow(buttons);
    check();
}

void ConnectDialog::setAddress(const QString &text)
{
    m_address->setEditText(text);
}

MonitorAddress ConnectDialog::address() const
{
    return MonitorAddress::parse(m_address->currentText());
}

QString ConnectDialog::token() const
{
    return address().isLocal() ? QString() : m_token->text();
}

void ConnectDialog::accept()
{
    if (!address().isValid())
        return;
    Recent::addAddress(address().text());
    QDialog::accept();
}

void ConnectDialog::check()
{
    const MonitorAddress typed = address();
    m_ok->setEnabled(typed.isValid());
    m_token->setEnabled(!typed.isLocal());
    QColor color = m_theme->dim;
    if (m_address->currentText().trimmed().isEmpty()) {
        m_remark->setText(tr("A bot on another machine is best reached with ssh -L, which brings "
                             "its socket here."));
    } else if (!typed.isValid()) {
        m_remark->setText(typed.problem());
        color = m_theme->red;
    } else if (isExposed(typed)) {
        m_remark->setText(tr("The token and all data travel unencrypted to %1. Use tls://, or "
                             "ssh -L.")
                              .arg(typed.host()));
        color = m_theme->amber;
    } else {
        m_remark->clear();
    }
    QPalette palette = m_theme->palette();
    palette.setColor(QPalette::WindowText, color);
    m_remark->setPalette(palette);
}

bool ConnectDialog::isExposed(const MonitorAddress &address)
{
    return !address.isLocal() && !address.usesTls()
        && address.host().compare(QLatin1String("localhost"), Qt::CaseInsensitive) != 0
        && !QHostAddress(address.host()).isLoopback();
}

} // namespace Turnstile::Monitor
