#include "app/interrupt.hpp"

#include <atomic>
#include <csignal>

#include "base/error.hpp"

namespace scorefield::app {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

/// Number of the signal that came first; 0: none. Signal handlers may touch nothing but lock-free atomics.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
}

bool is_ignored(int signal) {
    struct sigaction before {};
    return ::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
}

void note_signal(int signal) {
    if (first_signal.exchange(signal) == 0) return;
    handle(signal, SIG_DFL);
    ::raise(signal);
}

}  // namespace

void watch_interrupts() {
    for (const int signal : kSignals) {
        if (!is_ignored(signal)) handle(signal, note_signal);
    }
}

bool interrupted() {
    return first_signal != 0;
}

void require_not_interrupted() {
    if (!interrupted()) return;
    throw base::running_error("interrupted", first_signal == SIGINT ? "SIGINT" : "SIGTERM",
                              "it was asked to stop before the end", "what was unfinished is not kept; start it again");
}

}  // namespace scorefield::app
