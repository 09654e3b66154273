// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include "monitor-app/models/Filter.h"

#include <QtWidgets/QTreeWidget>

namespace Turnstile::Monitor {

struct Theme;

/// What could stand at the cursor of a FilterField, with a few words for each. It lies over the
/// window and never has the keyboard's focus.
class FilterPopup : public QTreeWidget {
    Q_OBJECT
public:
    explicit FilterPopup(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setCandidates(const QList<Filter::Completion::Candidate> &candidates);

    int chosen() const { return indexOfTopLevelItem(currentItem()); } ///< -1: none
    void choose(int candidate);
    /// To the next candidate or the one before, round the ends.
    void chooseNext(int step);

    QSize sizeHint() const override;

private:
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
