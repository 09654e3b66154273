// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QWidget>

class QLabel;

namespace Turnstile::Monitor {

/// What is shown while nothing is watched: what to do, and a button that does it.
class EmptyPage : public QWidget {
    Q_OBJECT
public:
    explicit EmptyPage(QWidget *parent = nullptr);

    /// What to do, or what went wrong.
    void setText(const QString &text);

Q_SIGNALS:
    void demoRequested();

private:
    QLabel *m_text;
};

} // namespace Turnstile::Monitor
