#include "viewer/settings_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace scorefield::viewer {
namespace {

bool same_values(const settings::Settings& a, const settings::Settings& b) {
    return std::ranges::all_of(settings::setting_table(),
                               [&](const settings::Setting& setting) { return settings::same_value(a, b, setting); });
}

bool same_values(const ControlValues& values, const settings::Settings& shown, const settings::Settings& plan) {
    return same_values(values.shown, shown) && same_values(values.plan, plan);
}

/// Title and description belong to what is shown, but are not in the table of settings.
void keep_title(const settings::Settings& from, settings::Settings& to) {
    to.title = from.title;
    to.about = from.about;
}

std::string shown_value(const settings::Settings& settings, const settings::Setting& setting) {
    const std::string value = settings::value_text(settings, setting);
    return value.empty() ? "default" : value;
}

}  // namespace

void SettingsHistory::note(const settings::Settings& shown, const settings::Settings& plan, bool held) {
    if (!current_) {
        current_ = {shown, plan};
        return;
    }
    const bool is_same = same_values(*current_, shown, plan);
    is_held_ = held && !is_same;
    if (is_held_) return;
    if (is_same) {
        keep_title(shown, current_->shown);
        return;
    }
    past_.push_back(*std::exchange(current_, ControlValues{shown, plan}));
    if (past_.size() > kMost) past_.pop_front();
    future_.clear();
}

void SettingsHistory::amend(const settings::Settings& shown, const settings::Settings& plan) {
    if (!current_ || is_held_) return;
    if (same_values(*current_, shown, plan)) {
        keep_title(shown, current_->shown);
        return;
    }
    current_ = {shown, plan};
    for (Steps* const steps : {&past_, &future_}) {
        while (!steps->empty() && same_values(steps->back(), shown, plan)) steps->pop_back();
    }
}

std::optional<ControlValues> SettingsHistory::undo() {
    return turn(past_, future_);
}

std::optional<ControlValues> SettingsHistory::redo() {
    return turn(future_, past_);
}

std::optional<ControlValues> SettingsHistory::turn(Steps& from, Steps& to) {
    if (from.empty()) return std::nullopt;
    to.push_back(*std::exchange(current_, std::move(from.back())));
    from.pop_back();
    return current_;
}

std::string differences_text(const ControlValues& before, const ControlValues& after) {
    constexpr std::size_t kMost = 3;
    std::vector<std::string> all;
    const auto compare = [&](const settings::Settings& a, const settings::Settings& b) {
        for (const settings::Setting& setting : settings::setting_table()) {
            if (settings::same_value(a, b, setting)) continue;
            all.push_back(fmt::format("{} {} → {}", setting.name, shown_value(a, setting), shown_value(b, setting)));
        }
    };
    compare(before.shown, after.shown);
    compare(before.plan, after.plan);
    const std::size_t more = all.size() - std::min(all.size(), kMost);
    all.resize(all.size() - more);
    return fmt::format("{}{}", fmt::join(all, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace scorefield::viewer
