#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/benchmark.hpp"

namespace scorefield::bench {

/// How a case compares with an earlier run. `fresh`: it was not measured then. `other_work`: it did not do the same
/// then, e.g. because the network was another.
enum class Change : std::uint8_t { none, slower, faster, fresh, other_work };
inline constexpr std::array<std::string_view, 5> kChanges = {"none", "slower", "faster", "new", "other_work"};

/// A ratio of medians within this factor is no change, however steady the machine.
inline constexpr double kLeastRatio = 1.1;

struct CaseChange {
    std::string name;
    Change change = Change::none;
    double old_median = 0;  ///< seconds; 0: not measured then
    double ratio = 0;       ///< new median / old median; 0: not comparable
};

struct Comparison {
    std::string file;                      ///< of the earlier report
    std::vector<CaseChange> cases;         ///< one per new result, in their order
    std::vector<std::string> only_in_old;  ///< names
};

/// Throws base::Error (request), naming `file`, unless both were measured by the same machine.
void require_same_machine(const Machine& now, const Machine& then, const std::string& file);

/// A case is slower where its shortest time exceeds the longest one of `then` and the ratio of the medians exceeds
/// kLeastRatio; faster where the same holds the other way round. `parts`: what the measured cases were chosen by
/// (is_chosen); others of the earlier report are not missed.
Comparison compare(const std::vector<Result>& now, const std::vector<Result>& then, const std::string& file,
                   const std::vector<std::string>& parts = {});

}  // namespace scorefield::bench
