#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace scorefield::bench {

/// The two ceilings of a machine that cases are compared with.
enum class Bound { arithmetic, bandwidth, none };

/// Something to time. Results are checked before they are timed.
class Case {
  public:
    Case() = default;
    virtual ~Case() = default;
    Case(const Case&) = delete;
    Case& operator=(const Case&) = delete;

    virtual std::string name() const = 0;
    /// How much one measurement does, in `unit`. The same in every run, so that seconds of two runs can be compared.
    virtual double work() const = 0;
    virtual std::string_view unit() const = 0;
    /// Which ceiling the case is compared with; its unit is that of the ceiling.
    virtual Bound bound() const { return Bound::none; }
    /// Whether the case measures the ceiling `bound()`.
    virtual bool is_ceiling() const { return false; }
    /// Throws base::Error (running) when what is to be timed computes the wrong thing. Also warms it up.
    virtual void check() = 0;
    /// Does the work once; seconds.
    virtual double measure() = 0;
};

using Cases = std::vector<std::unique_ptr<Case>>;

/// Whether a case with this name is measured: its name contains one of the parts, or there are none.
bool is_chosen(std::string_view name, const std::vector<std::string>& parts);

/// Those cases, and the ceilings. Throws base::Error (request) naming `field` where a part is in no name.
Cases chosen(Cases cases, const std::vector<std::string>& parts, const std::string& field);

/// The error (running) of the case `name` where it computes the wrong thing.
base::Error wrong_result(const std::string& name, const std::string& why);

/// Throws wrong_result unless |got − expected| ≤ tolerance; NaN is never right.
void require_near(const std::string& name, double got, double expected, double tolerance);

struct Result {
    std::string name;
    std::string unit;
    double work = 0;
    double min_seconds = 0;
    double median_seconds = 0;
    double max_seconds = 0;
    double device_peak = 0;  ///< best rate of the ceiling's case, same unit; 0 where there is none to compare with

    double rate() const { return work / median_seconds; }
    double best_rate() const { return work / min_seconds; }
    /// Best against best, since noise only ever slows down.
    double fraction_of_peak() const { return best_rate() / device_peak; }

    bool operator==(const Result&) const = default;
};

/// What has measured.
struct Machine {
    std::string engine;           ///< `host` or `vulkan`
    std::string device;           ///< the engine's name for it
    std::string processor;        ///< empty: not known
    std::string instruction_set;  ///< of the host's kernels; empty: vulkan
    std::size_t threads = 0;      ///< of the host; 0: vulkan

    bool operator==(const Machine&) const = default;
};

struct Report {
    Machine machine;
    int rounds = 0;  ///< measurements of each case
    std::vector<Result> results;

    bool operator==(const Report&) const = default;
};

/// Checks every case, then measures all of them in turn `rounds` times, so that a slow spell of the machine affects all
/// alike. `progress` is called after each measurement with the number done.
std::vector<Result> run(const Cases& cases, int rounds, const std::function<void(std::size_t)>& progress = {});

}  // namespace scorefield::bench
