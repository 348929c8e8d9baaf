#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace scorefield::base {

/// A progress bar on standard error with rate and time left; silent where standard error is not a terminal.
class Progress {
  public:
    /// `unit` names what is counted, e.g. "steps"; if it is empty, no rate is shown. `enabled` false silences
    /// it (--quiet). `before`: how much of the total was done earlier, which tells nothing of the rate.
    Progress(std::string title, std::uint64_t total, std::string unit, bool enabled = true, std::uint64_t before = 0);
    /// Erases the bar, so that what is printed next starts on a clean line.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// Redraws at most ten times a second. `note` is shown at the end, e.g. the loss.
    void update(std::uint64_t completed, const std::string& note = {});

  private:
    std::string title_;
    std::uint64_t total_;
    std::string unit_;
    bool enabled_;
    std::uint64_t before_;
    std::chrono::steady_clock::time_point start_;
    std::chrono::steady_clock::time_point drawn_;
};

}  // namespace scorefield::base
