// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QLabel>

namespace Turnstile::Monitor {

class Button;
struct Theme;

/// Lines of code that can be selected, and copied by a button.
class CodeBox : public QLabel {
    Q_OBJECT
public:
    explicit CodeBox(const QString &code, QWidget *parent = nullptr);

    Button *copyButton() const { return m_copy; }
    void setTheme(const Theme &theme);

private:
    void copy();

    Button *m_copy;
};

} // namespace Turnstile::Monitor
