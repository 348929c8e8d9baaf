#include "data/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "base/byte_size.hpp"
#include "base/error.hpp"

namespace scorefield::data {
namespace {

/// Sums run in this many lanes, so that the compiler can use vectors and the order of additions is still fixed.
constexpr std::size_t kLanes = 8;

template <typename Term>
double sum(std::size_t count, Term&& term) {
    std::array<double, kLanes> lanes = {};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += term(i + lane);
    }
    double total = 0;
    for (const double lane : lanes) total += lane;
    for (; i < count; ++i) total += term(i);
    return total;
}

/// How many blocks are summed up before they are merged: one for each thread at least, more if their sums are small.
std::size_t blocks_at_once(std::size_t dim, std::size_t threads) {
    constexpr std::size_t kBytes = std::size_t{1} << 26U;
    return std::max(threads, kBytes / (dim * dim * sizeof(double)));
}

/// Sums of a block of rows. `planes` is room for as many doubles as there are values.
CentralSums sums_of(std::span<const float> rows, std::size_t dim, std::vector<double>& planes) {
    const std::size_t count = rows.size() / dim;
    planes.resize(rows.size());
    CentralSums sums;
    sums.count = count;
    sums.products.assign(dim * dim, 0);
    for (std::size_t e = 0; e < dim; ++e) {
        double* const x = planes.data() + e * count;
        for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<double>(rows[i * dim + e]);
        const auto [low, high] = std::minmax_element(x, x + count);
        sums.minimum.push_back(*low);
        sums.maximum.push_back(*high);
        const double mean = sum(count, [x](std::size_t i) { return x[i]; }) / static_cast<double>(count);
        sums.mean.push_back(mean);
        for (std::size_t i = 0; i < count; ++i) x[i] -= mean;
        sums.cubes.push_back(sum(count, [x](std::size_t i) { return x[i] * x[i] * x[i]; }));
        sums.quartics.push_back(sum(count, [x](std::size_t i) { return (x[i] * x[i]) * (x[i] * x[i]); }));
        for (std::size_t f = 0; f <= e; ++f) {
            const double* const y = planes.data() + f * count;
            sums.products[e * dim + f] = sum(count, [x, y](std::size_t i) { return x[i] * y[i]; });
        }
    }
    return sums;
}

void add_to(std::vector<std::uint64_t>& sum, const std::vector<std::uint64_t>& addend) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += addend[i];
}

}  // namespace

void CentralSums::merge(const CentralSums& other) {
    if (other.count == 0) return;
    if (count == 0) {
        *this = other;
        return;
    }
    const auto a = static_cast<double>(count);
    const auto b = static_cast<double>(other.count);
    const double n = a + b;
    const std::size_t dim = mean.size();
    std::vector<double> delta(dim);
    for (std::size_t e = 0; e < dim; ++e) delta[e] = other.mean[e] - mean[e];
    for (std::size_t e = 0; e < dim; ++e) {
        const double d = delta[e];
        const double squares = products[e * dim + e];
        const double other_squares = other.products[e * dim + e];
        quartics[e] += other.quartics[e] + d * d * d * d * a * b * (a * a - a * b + b * b) / (n * n * n) +
                       6 * d * d * (a * a * other_squares + b * b * squares) / (n * n) +
                       4 * d * (a * other.cubes[e] - b * cubes[e]) / n;
        cubes[e] +=
            other.cubes[e] + d * d * d * a * b * (a - b) / (n * n) + 3 * d * (a * other_squares - b * squares) / n;
        minimum[e] = std::min(minimum[e], other.minimum[e]);
        maximum[e] = std::max(maximum[e], other.maximum[e]);
    }
    for (std::size_t e = 0; e < dim; ++e) {
        for (std::size_t f = 0; f <= e; ++f) {
            products[e * dim + f] += other.products[e * dim + f] + delta[e] * delta[f] * a * b / n;
        }
        mean[e] += delta[e] * b / n;
    }
    count += other.count;
}

void Statistics::Counts::merge(const Counts& other) {
    for (std::size_t e = 0; e < single.size(); ++e) add_to(single[e], other.single[e]);
    add_to(joint, other.joint);
    outside += other.outside;
}

Statistics::Statistics(std::vector<Bins> bins, bool joint) : bins_(std::move(bins)), joint_(joint) {
    if (bins_.empty()) throw std::invalid_argument("statistics of points without coordinates");
    if (joint_ && bins_.size() != 2) throw std::invalid_argument("a joint histogram of other than two coordinates");
    for (const Bins& axis : bins_) {
        const double width = axis.high - axis.low;
        if (axis.count == 0 || !(width > 0) || !std::isfinite(width)) {
            throw std::invalid_argument("a histogram without bins or range");
        }
    }
    counts_.push_back(no_counts());
}

Statistics::Counts Statistics::no_counts() const {
    Counts counts;
    for (const Bins& axis : bins_) counts.single.emplace_back(axis.count + 2);
    if (joint_) counts.joint.resize(std::size_t{bins_[0].count} * bins_[1].count);
    return counts;
}

void Statistics::count(std::span<const float> rows, Counts& counts) const {
    const std::size_t points = rows.size() / dim();
    std::array<std::array<std::uint32_t, kBlock>, 2> bin_of = {};  // of the last two coordinates
    for (std::size_t e = 0; e < dim(); ++e) {
        const Bins& axis = bins_[e];
        const double per_unit = axis.count / (axis.high - axis.low);
        const std::uint32_t last = axis.count - 1;
        std::uint32_t* const bins = bin_of[e % 2].data();
        for (std::size_t i = 0; i < points; ++i) {
            const auto x = static_cast<double>(rows[i * dim() + e]);
            const double inside = std::clamp(x, axis.low, axis.high);
            const std::uint32_t bin = std::min(static_cast<std::uint32_t>((inside - axis.low) * per_unit), last);
            bins[i] = x < axis.low ? axis.count : x >= axis.high ? axis.count + 1 : bin;
        }
        for (std::size_t i = 0; i < points; ++i) ++counts.single[e][bins[i]];
    }
    if (!joint_) return;
    for (std::size_t i = 0; i < points; ++i) {
        if (bin_of[0][i] < bins_[0].count && bin_of[1][i] < bins_[1].count) {
            ++counts.joint[std::size_t{bin_of[0][i]} * bins_[1].count + bin_of[1][i]];
        } else {
            ++counts.outside;
        }
    }
}

void Statistics::add(std::span<const float> rows, base::ThreadPool& pool) {
    if (rows.size() % dim() != 0) throw std::invalid_argument("rows of another dimension");
    const std::size_t block = kBlock * dim();
    if (!pending_.empty()) {
        const std::size_t taken = std::min(block - pending_.size(), rows.size());
        pending_.insert(pending_.end(), rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(taken));
        rows = rows.subspan(taken);
        if (pending_.size() < block) return;
        add_blocks(pending_, pool);
        pending_.clear();
    }
    const std::size_t whole = rows.size() / block * block;
    add_blocks(rows.first(whole), pool);
    pending_.assign(rows.begin() + static_cast<std::ptrdiff_t>(whole), rows.end());
}

void Statistics::add_blocks(std::span<const float> rows, base::ThreadPool& pool) {
    const std::size_t block = kBlock * dim();
    const std::size_t blocks = rows.size() / block;
    const std::size_t parts = std::min(pool.threads(), blocks);
    while (counts_.size() < parts) counts_.push_back(no_counts());
    const std::size_t most = blocks_at_once(dim(), pool.threads());
    for (std::size_t first = 0; first < blocks; first += most) {
        std::vector<CentralSums> sums(std::min(most, blocks - first));
        pool.run(parts, [&](std::size_t part) {
            std::vector<double> planes;
            for (std::size_t i = sums.size() * part / parts; i < sums.size() * (part + 1) / parts; ++i) {
                const std::span<const float> points = rows.subspan((first + i) * block, block);
                sums[i] = sums_of(points, dim(), planes);
                count(points, counts_[part]);
            }
        });
        for (const CentralSums& of_block : sums) merged_.merge(of_block);
    }
}

void Statistics::require_memory(std::size_t dim, std::size_t threads, std::uint64_t limit) {
    // Merged sums, those of a block begun, all together and the covariance; its rows as numbers, as JSON and as text.
    constexpr double kMatrices = 4;
    constexpr double kText = 8 + 16 + 25;
    const auto coordinates = static_cast<double>(dim);
    const double entries = coordinates * coordinates;
    const double sums = kMatrices + static_cast<double>(threads);
    const double planes = static_cast<double>(threads * kBlock) * coordinates;
    const double bytes = (sums * entries + planes) * sizeof(double) + kText * entries;
    if (bytes <= static_cast<double>(limit) / 2) return;
    throw base::request_error("not enough memory", "`stats`",
                              fmt::format("the covariance of {} coordinates needs {}, more than half of the memory "
                                          "({})",
                                          dim, base::byte_size(bytes), base::byte_size(static_cast<double>(limit))),
                              "sample without `stats`, and compute from the file what is needed");
}

CentralSums Statistics::total() const {
    CentralSums total = merged_;
    std::vector<double> planes;
    if (!pending_.empty()) total.merge(sums_of(pending_, dim(), planes));
    return total;
}

Statistics::Counts Statistics::all_counts() const {
    Counts all = no_counts();
    for (const Counts& counts : counts_) all.merge(counts);
    count(pending_, all);
    return all;
}

void Statistics::merge(const Statistics& other) {
    if (bins_ != other.bins_ || joint_ != other.joint_) throw std::invalid_argument("statistics over other bins");
    const Counts others = other.all_counts();
    CentralSums sums = total();
    sums.merge(other.total());
    count(pending_, counts_[0]);
    counts_[0].merge(others);
    merged_ = std::move(sums);
    pending_.clear();
}

Summary Statistics::summary() const {
    const CentralSums sums = total();
    Summary summary;
    summary.count = sums.count;
    summary.mean = sums.mean;
    summary.minimum = sums.minimum;
    summary.maximum = sums.maximum;
    const auto n = static_cast<double>(sums.count);
    summary.covariance.resize(sums.products.size());
    for (std::size_t e = 0; e < sums.mean.size(); ++e) {
        for (std::size_t f = 0; f <= e; ++f) {
            const double covariance = sums.products[e * dim() + f] / n;
            summary.covariance[e * dim() + f] = covariance;
            summary.covariance[f * dim() + e] = covariance;
        }
        const double variance = summary.covariance[e * dim() + e];
        const bool spread = variance > 0;
        summary.skewness.push_back(spread ? sums.cubes[e] / n / (variance * std::sqrt(variance)) : 0);
        summary.excess_kurtosis.push_back(spread ? sums.quartics[e] / n / (variance * variance) - 3 : 0);
    }
    const Counts counts = all_counts();
    for (const std::vector<std::uint64_t>& single : counts.single) {
        summary.histograms.push_back({{single.begin(), single.end() - 2}, *(single.end() - 2), single.back()});
    }
    summary.joint = {counts.joint, counts.outside};
    return summary;
}

}  // namespace scorefield::data
