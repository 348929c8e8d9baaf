#include "data/coincident_points.hpp"

#include <algorithm>
#include <compare>

namespace scorefield::data {

std::vector<CoincidentPoints> coincident_points(std::span<const std::span<const double>> sets, std::size_t dim) {
    struct Member {
        const double* coordinates;
        std::size_t set;
    };
    std::vector<Member> members;
    for (std::size_t set = 0; set < sets.size(); ++set) {
        for (std::size_t i = 0; i < sets[set].size(); i += dim) members.push_back({&sets[set][i], set});
    }
    const auto compare = [dim](const double* a, const double* b) {
        return std::lexicographical_compare_three_way(a, a + dim, b, b + dim);
    };
    std::ranges::sort(
        members, [&](const Member& a, const Member& b) { return std::is_lt(compare(a.coordinates, b.coordinates)); });
    std::vector<CoincidentPoints> places;
    for (const Member& member : members) {
        if (places.empty() || std::is_neq(compare(places.back().coordinates, member.coordinates))) {
            places.push_back({member.coordinates});
        }
        ++places.back().count[member.set];
    }
    return places;
}

}  // namespace scorefield::data
