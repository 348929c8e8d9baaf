#include "cli/sample_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/output.hpp"
#include "base/room.hpp"
#include "base/thread_pool.hpp"
#include "data/npy.hpp"
#include "data/statistics.hpp"

namespace scorefield::cli {
namespace {

/// Rows of states of a batch in the units of files.
std::vector<float> in_units(const session::Batch& batch, const data::Scaling& scaling) {
    const std::size_t dim = scaling.mean.size();
    std::vector<float> values =
        data::undo({batch.rows.size() / dim, dim, {batch.rows.begin(), batch.rows.end()}}, scaling).values;
    const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (bad == values.end()) return values;
    const auto particle = batch.first + static_cast<std::size_t>(bad - values.begin()) / dim;
    throw session::DivergenceError(fmt::format("particle {} of this shard", particle),
                                   "the sample overflows float32 in data units");
}

/// The states of every step, as they come.
class Trajectory {
  public:
    Trajectory(const settings::Settings& settings, const session::RunRequest& request, data::Scaling scaling)
        : particles_(request.particles), dim_(scaling.mean.size()), scaling_(std::move(scaling)) {
        if (!request.trajectory) return;
        const std::size_t states = static_cast<std::size_t>(request.program.steps) + 1;
        base::require_disk(settings.trajectory, "--trajectory", states, particles_, dim_ * sizeof(float));
        file_.emplace(settings.trajectory, std::vector{states, particles_, dim_});
    }

    void take(const session::Batch& batch) {
        if (!file_) return;
        file_->write((static_cast<std::size_t>(batch.state) * particles_ + batch.first) * dim_,
                     in_units(batch, scaling_));
    }

    void commit() {
        if (file_) file_->commit();
    }

  private:
    std::size_t particles_;
    std::size_t dim_;
    data::Scaling scaling_;
    std::optional<data::NpyWriter> file_;
};

class Samples final : public SampleOutput {
  public:
    Samples(const settings::Settings& settings, const data::Scaling& scaling, const model::Model& model,
            const session::RunRequest& request)
        : trajectory_(settings, request, scaling),
          scaling_(scaling),
          steps_(request.program.steps),
          path_(settings.out),
          file_(settings.out, {request.particles, model.dim()}) {
        base::require_disk(settings.out, "--out", 1, request.particles, model.dim() * sizeof(float));
    }

    void take(const session::Batch& batch) override {
        trajectory_.take(batch);
        if (batch.state != steps_) return;
        file_.write(batch.first * scaling_.mean.size(), in_units(batch, scaling_));
    }

    void commit() override {
        trajectory_.commit();
        file_.commit();
    }

    std::string text() const override { return base::format_shown("wrote           {}\n", path_); }

  private:
    Trajectory trajectory_;
    data::Scaling scaling_;
    int steps_;
    std::string path_;
    data::NpyWriter file_;
};

/// Half of a range about `middle` that samples of single precision can tell from a point.
double least_reach(double middle) {
    return std::max(1e-6 * std::abs(middle), 1e-38);
}

/// Where the samples are expected, in the data's units: as wide as the target's own draws and a quarter more, or four
/// deviations of the data on both sides.
std::vector<data::Bins> bins_of(const model::Model& model, const data::Scaling& scaling) {
    constexpr std::uint32_t kDraws = 4096;
    constexpr std::uint64_t kSeed = 0xb15'0000'0000'0000;
    constexpr double kDeviations = 4;
    std::vector<data::Bins> bins;
    for (std::size_t e = 0; e < model.dim(); ++e) {
        const double reach = std::max(kDeviations * scaling.deviation[e], least_reach(scaling.mean[e]));
        bins.push_back({scaling.mean[e] - reach, scaling.mean[e] + reach, 100});
    }
    if (!model.target) return bins;
    const std::vector<double> draws = model.target->sample(kSeed, {0, kDraws});
    for (std::size_t e = 0; e < model.dim(); ++e) {
        double low = draws[e];
        double high = draws[e];
        for (std::size_t i = e; i < draws.size(); i += model.dim()) {
            low = std::min(low, draws[i]);
            high = std::max(high, draws[i]);
        }
        const double margin = std::max((high - low) / 4, 1e-6 * (1 + std::abs(high)));
        const double deviation = scaling.deviation[e];
        const double middle = std::midpoint(low, high) * deviation + scaling.mean[e];
        const double reach = std::max(((high - low) / 2 + margin) * deviation, least_reach(middle));
        bins[e].low = middle - reach;
        bins[e].high = middle + reach;
    }
    return bins;
}

/// Formats a list of numbers for people. Lists of more than nine (the covariance in three dimensions) are shortened.
std::string listed(std::span<const double> numbers, int digits = 6) {
    constexpr std::size_t kMost = 9;
    std::string text;
    for (std::size_t i = 0; i < std::min(kMost, numbers.size()); ++i) {
        text += fmt::format("{}{:.{}g}", i == 0 ? "" : ", ", numbers[i], digits);
    }
    return numbers.size() > kMost ? text + fmt::format(", … ({} in all)", numbers.size()) : text;
}

class Moments final : public SampleOutput {
  public:
    Moments(const settings::Settings& settings, const data::Scaling& scaling, const model::Model& model,
            const session::RunRequest& request)
        : trajectory_(settings, request, scaling),
          scaling_(scaling),
          steps_(request.program.steps),
          path_(settings.out),
          bins_(bins_of(model, scaling_)),
          statistics_(bins_, bins_.size() == 2) {
        if (!path_.empty()) base::require_writable(path_);
    }

    /// Throws base::Error (request) if the moments of the model's points do not fit into memory.
    static void require_memory(const model::Model& model) {
        data::Statistics::require_memory(model.dim(), std::max(1U, std::thread::hardware_concurrency()));
    }

    void take(const session::Batch& batch) override {
        trajectory_.take(batch);
        if (batch.state != steps_) return;
        statistics_.add(in_units(batch, scaling_), pool_);
    }

    void commit() override {
        trajectory_.commit();
        if (path_.empty()) return;
        base::AtomicFile file(path_);
        file.write(json().dump(2) + "\n");
        file.commit();
    }

    nlohmann::ordered_json json() const override {
        const data::Summary summary = statistics_.summary();
        nlohmann::ordered_json histograms = nlohmann::ordered_json::array();
        for (std::size_t e = 0; e < bins_.size(); ++e) {
            histograms.push_back({{"low", bins_[e].low},
                                  {"high", bins_[e].high},
                                  {"counts", summary.histograms[e].counts},
                                  {"below", summary.histograms[e].below},
                                  {"above", summary.histograms[e].above}});
        }
        nlohmann::ordered_json result = {{"count", summary.count},
                                         {"mean", summary.mean},
                                         {"covariance", rows_of(summary.covariance)},
                                         {"skewness", summary.skewness},
                                         {"excess_kurtosis", summary.excess_kurtosis},
                                         {"minimum", summary.minimum},
                                         {"maximum", summary.maximum},
                                         {"histograms", histograms}};
        if (!summary.joint.counts.empty()) {
            result["joint"] = {{"counts", rows_of(summary.joint.counts)}, {"outside", summary.joint.outside}};
        }
        return result;
    }

    std::string text() const override {
        const data::Summary summary = statistics_.summary();
        std::string text = fmt::format(
            "mean            {}\ncovariance      {}\nskewness        {}\nexcess kurtosis {}\nrange           {} … {}\n",
            listed(summary.mean), listed(summary.covariance), listed(summary.skewness, 4),
            listed(summary.excess_kurtosis, 4), listed(summary.minimum), listed(summary.maximum));
        return path_.empty() ? text : text + base::format_shown("wrote           {}\n", path_);
    }

  private:
    /// Row-major values as rows, one for each coordinate or bin of the first.
    template <class Value>
    std::vector<std::vector<Value>> rows_of(const std::vector<Value>& values) const {
        const std::size_t rows = values.size() == bins_.size() * bins_.size() ? bins_.size() : bins_[0].count;
        const std::size_t columns = values.size() / rows;
        std::vector<std::vector<Value>> result;
        for (auto row = values.begin(); row != values.end(); row += static_cast<std::ptrdiff_t>(columns)) {
            result.emplace_back(row, row + static_cast<std::ptrdiff_t>(columns));
        }
        return result;
    }

    Trajectory trajectory_;
    data::Scaling scaling_;
    int steps_;
    std::string path_;
    std::vector<data::Bins> bins_;
    base::ThreadPool pool_;
    data::Statistics statistics_;
};

}  // namespace

std::unique_ptr<SampleOutput> make_output(const settings::Settings& settings, const data::Scaling& scaling,
                                          const model::Model& model, const session::RunRequest& request) {
    if (settings.stats) Moments::require_memory(model);
    if (settings.stats) return std::make_unique<Moments>(settings, scaling, model, request);
    return std::make_unique<Samples>(settings, scaling, model, request);
}

}  // namespace scorefield::cli
