#include "data/kd_tree.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace scorefield::data {
namespace {

constexpr std::uint32_t kLeafPoints = 8;

}  // namespace

KdTree::KdTree(std::span<const double> points, std::size_t dim) : points_(points), dim_(dim) {
    order_.resize(points.size() / dim);
    std::iota(order_.begin(), order_.end(), 0U);
    if (!order_.empty()) build(0, static_cast<std::uint32_t>(order_.size()));
}

std::uint32_t KdTree::build(std::uint32_t first, std::uint32_t last) {
    const auto index = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({first, last, 0, 0});
    std::vector<double> low(dim_, std::numeric_limits<double>::infinity());
    std::vector<double> high(dim_, -std::numeric_limits<double>::infinity());
    for (std::uint32_t i = first; i < last; ++i) {
        for (std::size_t c = 0; c < dim_; ++c) {
            low[c] = std::min(low[c], points_[order_[i] * dim_ + c]);
            high[c] = std::max(high[c], points_[order_[i] * dim_ + c]);
        }
    }
    low_.insert(low_.end(), low.begin(), low.end());
    high_.insert(high_.end(), high.begin(), high.end());
    if (last - first <= kLeafPoints) return index;
    std::size_t widest = 0;
    for (std::size_t c = 1; c < dim_; ++c) {
        if (high[c] - low[c] > high[widest] - low[widest]) widest = c;
    }
    const std::uint32_t middle = first + (last - first) / 2;
    std::nth_element(
        order_.begin() + first, order_.begin() + middle, order_.begin() + last,
        [&](std::uint32_t a, std::uint32_t b) { return points_[a * dim_ + widest] < points_[b * dim_ + widest]; });
    const std::uint32_t left = build(first, middle);
    const std::uint32_t right = build(middle, last);
    nodes_[index].left = left;
    nodes_[index].right = right;
    return index;
}

double KdTree::squared_distance(std::size_t point, std::span<const double> place) const {
    double sum = 0;
    for (std::size_t c = 0; c < dim_; ++c) {
        const double difference = place[c] - points_[point * dim_ + c];
        sum += difference * difference;
    }
    return sum;
}

double KdTree::box_distance(std::size_t node, std::span<const double> place) const {
    double sum = 0;
    for (std::size_t c = 0; c < dim_; ++c) {
        const double below = low_[node * dim_ + c] - place[c];
        const double above = place[c] - high_[node * dim_ + c];
        const double difference = std::max({below, above, 0.0});
        sum += difference * difference;
    }
    return sum;
}

std::vector<double> KdTree::node_maxima(std::span<const double> values) const {
    std::vector<double> maxima(nodes_.size());
    // Children stand behind their parent.
    for (std::size_t index = nodes_.size(); index-- > 0;) {
        const Node& node = nodes_[index];
        if (node.left != 0) {
            maxima[index] = std::max(maxima[node.left], maxima[node.right]);
            continue;
        }
        for (std::size_t i = node.first; i < node.last; ++i) {
            maxima[index] = std::max(maxima[index], values[order_[i]]);
        }
    }
    return maxima;
}

bool KdTree::reaches(std::span<const double> place, std::span<const double> reach,
                     std::span<const double> maxima) const {
    std::vector<std::uint32_t> open;
    if (!nodes_.empty()) open.push_back(0);
    while (!open.empty()) {
        const std::uint32_t index = open.back();
        open.pop_back();
        if (box_distance(index, place) > maxima[index]) continue;
        const Node& node = nodes_[index];
        if (node.left != 0) {
            const bool left_first = box_distance(node.left, place) <= box_distance(node.right, place);
            open.push_back(left_first ? node.right : node.left);
            open.push_back(left_first ? node.left : node.right);
            continue;
        }
        for (std::size_t i = node.first; i < node.last; ++i) {
            if (squared_distance(order_[i], place) <= reach[order_[i]]) return true;
        }
    }
    return false;
}

}  // namespace scorefield::data
