#include "base/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

namespace scorefield::base {

Progress::Progress(std::string title, std::uint64_t total, std::string unit, bool enabled, std::uint64_t before)
    : title_(std::move(title)),
      total_(total),
      unit_(std::move(unit)),
      enabled_(enabled && ::isatty(STDERR_FILENO) == 1),
      before_(before),
      start_(std::chrono::steady_clock::now()),
      drawn_(start_) {}

Progress::~Progress() {
    if (enabled_) fmt::print(stderr, "\r\033[K");
}

void Progress::update(std::uint64_t completed, const std::string& note) {
    if (!enabled_ || total_ == 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - drawn_ < std::chrono::milliseconds(100) && completed < total_) return;
    drawn_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const double fraction = static_cast<double>(completed) / static_cast<double>(total_);
    const double rate = seconds > 0 ? static_cast<double>(completed - before_) / seconds : 0;
    const double left = rate > 0 ? static_cast<double>(total_ - completed) / rate : 0;
    constexpr int kWidth = 30;
    const int filled = static_cast<int>(fraction * kWidth);
    const std::string speed = unit_.empty() ? "" : fmt::format("{:.0f} {}/s ", rate, unit_);
    fmt::print(stderr, "\r\033[K{} [{:#<{}}{:.<{}}] {:3.0f}% {}{:.0f} s left {}", title_, "", filled, "",
               kWidth - filled, 100 * fraction, speed, left, note);
    std::fflush(stderr);
}

}  // namespace scorefield::base
