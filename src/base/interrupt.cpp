#include "base/interrupt.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "base/error.hpp"

namespace scorefield::base {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};

/// Number of the signal that came first; 0: none. Signal handlers may touch nothing but lock-free atomics.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

/// When it came.
std::atomic<std::int64_t> first_time = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free);

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

/// On a clock that signal handlers may read.
std::int64_t milliseconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void note_signal(int signal) {
    constexpr std::int64_t kBurst = 500;
    if (first_signal.load() == 0) first_time = milliseconds();
    if (first_signal.exchange(signal) == 0 || milliseconds() - first_time < kBurst) return;
    if (signal == SIGHUP) return;  // a terminal that closes may send it again: never abort on it
    handle(signal, SIG_DFL);
    ::raise(signal);
}

const char* name_of(int signal) {
    if (signal == SIGINT) return "SIGINT";
    return signal == SIGHUP ? "SIGHUP" : "SIGTERM";
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

void require_not_interrupted(const std::string& hint) {
    if (!interrupted()) return;
    throw base::running_error("interrupted", name_of(first_signal), "stopped before the end", hint);
}

}  // namespace scorefield::base
