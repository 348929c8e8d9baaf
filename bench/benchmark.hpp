#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "gpu/device.hpp"
#include "model/checkpoint.hpp"

namespace scorefield::bench {

/// Which of the device's ceilings a case is held against.
enum class Bound { arithmetic, bandwidth, none };

/// Something to time. Results are checked before they are timed.
class Case {
  public:
    virtual ~Case() = default;
    virtual std::string name() const = 0;
    /// How much one measurement does, in `unit`.
    virtual double work() const = 0;
    virtual std::string_view unit() const = 0;
    virtual Bound bound() const { return Bound::none; }
    /// Throws base::Error (running) when what is to be timed computes the wrong thing. Also warms it up.
    virtual void check() = 0;
    /// Does the work once; seconds.
    virtual double measure() = 0;
};

/// The error (running) of the case `name` where it computes the wrong thing.
base::Error wrong_result(const std::string& name, const std::string& why);

struct Result {
    std::string name;
    std::string unit;
    double work = 0;
    double min_seconds = 0;
    double median_seconds = 0;
    double max_seconds = 0;
    double rate = 0;              ///< work / median_seconds
    double best_rate = 0;         ///< work / min_seconds
    double device_peak = 0;       ///< best rate of the ceiling's case, same unit; 0 where there is none to compare with
    double fraction_of_peak = 0;  ///< best_rate / device_peak: best against best, since noise only ever slows down
};

/// All cases, the ceilings first.
std::vector<std::unique_ptr<Case>> make_cases(gpu::Device& device, const model::Checkpoint& model);

std::unique_ptr<Case> make_multiply_add(gpu::Device& device);
std::unique_ptr<Case> make_buffer_copy(gpu::Device& device);
std::unique_ptr<Case> make_normals(gpu::Device& device);
std::unique_ptr<Case> make_network(gpu::Device& device, const model::Checkpoint& model, std::uint32_t particles);
std::unique_ptr<Case> make_sampling(gpu::Device& device, const model::Checkpoint& model, const std::string& sampler,
                                    int steps, std::uint32_t particles);
std::unique_ptr<Case> make_training(gpu::Device& device);
std::unique_ptr<Case> make_frame(gpu::Device& device, std::uint32_t particles);

/// Checks every case, then measures all of them in turn `rounds` times, so that a slow spell of the machine meets all
/// alike. `progress` is called after each
/// measurement with the number done.
std::vector<Result> run(const std::vector<std::unique_ptr<Case>>& cases, int rounds,
                        const std::function<void(std::size_t)>& progress = {});

}  // namespace scorefield::bench
