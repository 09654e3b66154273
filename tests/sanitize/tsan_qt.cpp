// SPDX-FileCopyrightText: 2026 Turnstile contributors
// SPDX-License-Identifier: MIT

// Tells ThreadSanitizer what Debian's Qt, which is not built for it, does between threads: posted
// events, contended mutexes and continuations. The linker sends our calls of these functions here
// (--wrap, see tests/CMakeLists.txt); calls inside of Qt stay as they are.
//
// What ThreadSanitizer still cannot see, docs/decisions.md tells under "ThreadSanitizer".

#include <QtCore/QCoreApplication>
#include <QtCore/QFutureInterface>
#include <QtCore/QMetaObject>
#include <QtCore/QMutex>
#include <QtCore/QScopeGuard>

#include <functional>
#include <sanitizer/tsan_interface.h>

namespace {

// All events share one order: what was written before any post is seen after any later delivery.
char posted;

bool delivered(void **)
{
    __tsan_acquire(&posted);
    return false;
}

// A function given to QMetaObject::invokeMethod, and what comes after it in the thread that waits
// for it (Qt::BlockingQueuedConnection).
char invoked;

class Invocation : public QtPrivate::QSlotObjectBase {
public:
    explicit Invocation(QtPrivate::QSlotObjectBase *slot)
        : QSlotObjectBase(run)
        , m_slot(slot)
    {
        __tsan_release(&posted);
    }

private:
    static void run(int what, QSlotObjectBase *base, QObject *receiver, void **arguments, bool *)
    {
        auto *self = static_cast<Invocation *>(base);
        if (what == Destroy) {
            self->m_slot->destroyIfLastRef();
            delete self;
        } else if (what == Call) {
            self->m_slot->call(receiver, arguments);
            __tsan_release(&invoked);
        }
    }

    QSlotObjectBase *m_slot;
};

[[maybe_unused]] const bool registered =
    QInternal::registerCallback(QInternal::EventNotifyCallback, delivered);

} // namespace

// Aligned, because pointers to member functions may point here, and those must be even.
#define WRAP(symbol, Result, parameters, arguments, before, after)                                 \
    extern "C" Result __real_##symbol parameters;                                                  \
    extern "C" [[gnu::aligned(16)]] Result __wrap_##symbol parameters;                             \
    Result __wrap_##symbol parameters                                                              \
    {                                                                                              \
        before;                                                                                    \
        const auto end = qScopeGuard([&] { after; });                                              \
        return __real_##symbol arguments;                                                          \
    }

// clang-format off
// QMetaObject::activate: emits a signal, which may be queued
WRAP(_ZN11QMetaObject8activateEP7QObjectPKS_iPPv, void,
    (QObject *self, const QMetaObject *meta, int signal, void **arguments),
    (self, meta, signal, arguments), __tsan_release(&posted), )
// QMetaObject::invokeMethodImpl
WRAP(_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv,
    bool, (QObject *self, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type, void *result),
    (self, new Invocation(slot), type, result), , __tsan_acquire(&invoked))
// QCoreApplication::postEvent
WRAP(_ZN16QCoreApplication9postEventEP7QObjectP6QEventi, void,
    (QObject *self, QEvent *event, int priority), (self, event, priority),
    __tsan_release(&posted), )
// QObject::deleteLater
WRAP(_ZN7QObject11deleteLaterEv, void, (QObject *self), (self), __tsan_release(&posted), )
// QFutureInterfaceBase::setContinuation and runContinuation
WRAP(_ZN20QFutureInterfaceBase15setContinuationESt8functionIFvRKS_EEP27QFutureInterfaceBasePrivate,
    void, (QFutureInterfaceBase *self, std::function<void(const QFutureInterfaceBase &)> run,
    QFutureInterfaceBasePrivate *next), (self, std::move(run), next), __tsan_release(&posted), )
WRAP(_ZNK20QFutureInterfaceBase15runContinuationEv, void, (const QFutureInterfaceBase *self), (self),
    __tsan_acquire(&posted), )
// QBasicMutex::lockInternal and unlockInternal: a mutex that another thread waits for or holds
WRAP(_ZN11QBasicMutex12lockInternalEv, void, (QBasicMutex *self), (self), , __tsan_acquire(self))
WRAP(_ZN11QBasicMutex14unlockInternalEv, void, (QBasicMutex *self), (self),
    __tsan_release(self), )
// clang-format on
