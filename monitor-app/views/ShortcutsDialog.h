// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QDialog>

#include <vector>

namespace Turnstile::Monitor {

struct Theme;

/// What can be done with the keyboard. F1, `?` and Escape close it.
class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    struct Entry {
        QString section;
        QString keys; ///< as on this platform's keyboards; alternatives are separated by ", "
        QString what;
    };
    /// Entries of a section follow each other.
    ShortcutsDialog(
        const std::vector<Entry> &entries, const Theme &theme, QWidget *parent = nullptr);

protected:
    void keyPressEvent(QKeyEvent *event) override;
};

} // namespace Turnstile::Monitor
