// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT
#pragma once

#include <QtWidgets/QWidget>

namespace Turnstile::Monitor {

struct Theme;

/// The bar at the top: which bot is watched, and whether it is there.
class SourceBar : public QWidget {
    Q_OBJECT
public:
    explicit SourceBar(QWidget *parent = nullptr);

    void setSource(const QString &name);
    void setTheme(const Theme &theme);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_source;
    const Theme *m_theme;
};

} // namespace Turnstile::Monitor
