#include "train/train_log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>
#include <utility>

#include "base/error.hpp"

namespace scorefield::train {
namespace {

constexpr std::string_view kHeader = "step,loss,learning_rate,gradient_norm";

base::Error refusal(const std::filesystem::path& path, const std::string& why) {
    return base::request_error("cannot continue the log", "`log` " + path.string(), why, "name another file");
}

/// The step of a row; nothing where it does not begin with one.
std::optional<std::uint64_t> step_of(const std::string& row) {
    std::uint64_t step = 0;
    const char* const end = row.data() + row.size();
    const auto [stop, error] = std::from_chars(row.data(), end, step);
    if (error != std::errc() || stop == end || *stop != ',') return {};
    return step;
}

}  // namespace

TrainLog::TrainLog(std::filesystem::path path, std::uint64_t steps) : path_(std::move(path)) {
    if (path_.empty()) return;
    file_.emplace(path_);
    file_->write(fmt::format("{}\n", kHeader));
    std::error_code unknown;
    if (steps > 0 && std::filesystem::exists(path_, unknown)) keep_rows(steps);
}

/// Copies the rows of the steps before `steps`: those of one step after the other, up to the last of them.
void TrainLog::keep_rows(std::uint64_t steps) {
    std::ifstream old(path_);
    std::string row;
    if (!std::getline(old, row) || row != kHeader)
        throw refusal(path_, fmt::format("its first line is not {}", kHeader));
    std::optional<std::uint64_t> last;
    // A last row without its end is what a process that was killed had not finished.
    while ((!last || *last + 1 < steps) && std::getline(old, row) && !old.eof()) {
        const std::optional<std::uint64_t> step = step_of(row);
        if (!step || (last && *step != *last + 1))
            throw refusal(path_, fmt::format("its row '{}' is out of place", row));
        if (*step >= steps) return;
        file_->write(row + "\n");
        last = step;
    }
    if (last && *last + 1 < steps) {
        throw refusal(path_, fmt::format("it ends at step {}, the training continues at step {}", *last, steps));
    }
}

void TrainLog::add(const StepReport& report) {
    if (!file_) return;
    file_->write(fmt::format("{},{:.9g},{:.9g},{:.9g}\n", report.step, report.loss, report.learning_rate,
                             std::sqrt(report.squared_gradient)));
}

void TrainLog::save() {
    if (file_) file_->commit();
}

}  // namespace scorefield::train
