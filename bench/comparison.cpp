#include "bench/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace scorefield::bench {
namespace {

bool exceeds(const Result& a, const Result& b) {
    return a.min_seconds > b.max_seconds && a.median_seconds > kLeastRatio * b.median_seconds;
}

CaseChange change_of(const Result& now, const std::vector<Result>& then) {
    const auto found = std::ranges::find(then, now.name, &Result::name);
    if (found == then.end()) return {now.name, Change::fresh, 0, 0};
    if (found->work != now.work || found->unit != now.unit) {
        return {now.name, Change::other_work, found->median_seconds, 0};
    }
    const Change change = exceeds(now, *found) ? Change::slower : exceeds(*found, now) ? Change::faster : Change::none;
    return {now.name, change, found->median_seconds, now.median_seconds / found->median_seconds};
}

std::string shown_or_unknown(const std::string& text) {
    return text.empty() ? "unknown" : base::shown(text);
}

}  // namespace

void require_same_machine(const Machine& now, const Machine& then, const std::string& file) {
    const struct {
        const char* what;
        std::string now;
        std::string then;
    } sides[] = {{"engine", now.engine, then.engine},
                 {"device", now.device, then.device},
                 {"processor", now.processor, then.processor},
                 {"instruction set", now.instruction_set, then.instruction_set},
                 {"number of threads", fmt::format("{}", now.threads), fmt::format("{}", then.threads)}};
    for (const auto& side : sides) {
        if (side.now == side.then) continue;
        throw base::request_error(
            "measured by another machine", file,
            fmt::format("its {} is {}, here it is {}", side.what, shown_or_unknown(side.then),
                        shown_or_unknown(side.now)),
            "compare with a file that 'scorefield bench `json`' wrote here, or choose another `device`");
    }
}

Comparison compare(const std::vector<Result>& now, const std::vector<Result>& then, const std::string& file,
                   const std::vector<std::string>& parts) {
    Comparison comparison = {file, {}, {}};
    for (const Result& result : now) comparison.cases.push_back(change_of(result, then));
    for (const Result& result : then) {
        if (is_chosen(result.name, parts) && std::ranges::find(now, result.name, &Result::name) == now.end()) {
            comparison.only_in_old.push_back(result.name);
        }
    }
    return comparison;
}

}  // namespace scorefield::bench
