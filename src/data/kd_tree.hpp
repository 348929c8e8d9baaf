#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace scorefield::data {

/// A k-d tree (Bentley 1975) over points (count, dim) that are all different: each node splits the widest coordinate of
/// its bounding box at the median. A box's computed distance never exceeds that of a point in it, for both sum the
/// coordinates in the same order: searches are exact, points at equal distances included.
class KdTree {
  public:
    /// Refers to `points`, which has to outlive the tree. dim ≥ 1.
    KdTree(std::span<const double> points, std::size_t dim);

    /// Squared Euclidean distance of a point of the tree from `place`, summed by coordinate.
    double squared_distance(std::size_t point, std::span<const double> place) const;

    /// Calls visit(point, squared distance) for every point within √limit() of `place` and some that are not, nearer
    /// boxes first; `limit` may fall during the search.
    template <typename Limit, typename Visit>
    void search(std::span<const double> place, const Limit& limit, const Visit& visit) const {
        if (!nodes_.empty()) search(0, box_distance(0, place), place, limit, visit);
    }

    /// The largest of `values`, one for each point, within every node: for `reaches`.
    std::vector<double> node_maxima(std::span<const double> values) const;

    /// Whether `place` is within the reach of any point: squared distance ≤ reach[point]. `maxima` =
    /// node_maxima(reach).
    bool reaches(std::span<const double> place, std::span<const double> reach, std::span<const double> maxima) const;

  private:
    struct Node {
        std::uint32_t first = 0;  ///< its points: order_[first … last−1]
        std::uint32_t last = 0;
        std::uint32_t left = 0;  ///< children; 0: a leaf
        std::uint32_t right = 0;
    };

    std::uint32_t build(std::uint32_t first, std::uint32_t last);
    double box_distance(std::size_t node, std::span<const double> place) const;

    template <typename Limit, typename Visit>
    void search(std::size_t index, double distance, std::span<const double> place, const Limit& limit,
                const Visit& visit) const {
        if (distance > limit()) return;
        const Node& node = nodes_[index];
        if (node.left == 0) {
            for (std::size_t i = node.first; i < node.last; ++i) {
                visit(std::size_t{order_[i]}, squared_distance(order_[i], place));
            }
            return;
        }
        const double left = box_distance(node.left, place);
        const double right = box_distance(node.right, place);
        const bool left_first = left <= right;
        search(left_first ? node.left : node.right, left_first ? left : right, place, limit, visit);
        search(left_first ? node.right : node.left, left_first ? right : left, place, limit, visit);
    }

    std::span<const double> points_;
    std::size_t dim_;
    std::vector<std::uint32_t> order_;
    std::vector<Node> nodes_;
    std::vector<double> low_;   ///< (nodes, dim) of the bounding boxes
    std::vector<double> high_;  ///< (nodes, dim)
};

}  // namespace scorefield::data
