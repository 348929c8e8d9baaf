#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "diffusion/moments.hpp"
#include "diffusion/prediction.hpp"
#include "diffusion/process.hpp"

namespace scorefield::diffusion {

/// dst ← c_skip·src + c_out·F(c_in·src; c_noise): one network evaluation, as any affine form of it.
struct Eval {
    int dst = 0;
    int src = 0;
    int source = 0;    ///< which model or condition
    double t = 0;      ///< the process's own time
    double alpha = 1;  ///< signal scale α(t)
    double sigma = 0;  ///< noise scale σ(t)
    double c_in = 1;
    double c_noise = 0;  ///< what the network receives as its time
    double c_skip = 0;
    double c_out = 1;

    bool operator==(const Eval&) const = default;
};

struct Term {
    int reg = 0;
    double coefficient = 0;

    bool operator==(const Term&) const = default;
};

/// Standard normals z(stream, index) of each particle (base/random.hpp), scaled.
struct NoiseTerm {
    double coefficient = 0;
    std::uint32_t stream = 0;
    std::uint32_t index = 0;

    bool operator==(const NoiseTerm&) const = default;
};

/// dst ← Σ coefficient·reg + Σ coefficient·z(stream, index).
struct Blend {
    int dst = 0;
    std::vector<Term> terms;
    std::vector<NoiseTerm> noise;

    bool operator==(const Blend&) const = default;
};

/// dst ← min(max(dst, low), high), element by element.
struct Clamp {
    int dst = 0;
    double low = -1;
    double high = 1;

    bool operator==(const Clamp&) const = default;
};

/// Dynamic thresholding (Saharia et al. 2022): per particle q = `ratio` quantile of |dst|, clipped to [1, max];
/// dst ← clip(dst, −q, q)/q. The quantile interpolates linearly between order statistics.
struct Threshold {
    int dst = 0;
    double ratio = 0.995;
    double max = 1;

    bool operator==(const Threshold&) const = default;
};

/// dst ← m·a + (1−m)·b with the program's mask input m.
struct Mask {
    int dst = 0;
    int a = 0;
    int b = 0;

    bool operator==(const Mask&) const = default;
};

/// The start state mean + scale·z, z ~ N(0, I) of stream base::kInitStream, index 0. Each holds one number for all
/// coordinates or one per coordinate.
struct StartLaw {
    std::vector<double> mean = {0};
    std::vector<double> scale = {1};

    static StartLaw normal(double scale) { return {{0}, {scale}}; }
    double mean_of(std::size_t coordinate) const { return mean.size() == 1 ? mean[0] : mean[coordinate]; }
    double scale_of(std::size_t coordinate) const { return scale.size() == 1 ? scale[0] : scale[coordinate]; }
    /// Whether it is scale·N(0, I) with one scale.
    bool is_isotropic() const { return mean == std::vector<double>{0} && scale.size() == 1; }

    bool operator==(const StartLaw&) const = default;
};

/// The normal law with these means and variances.
StartLaw start_law_of(AxisMoments moments);

/// Registers a program may have: a bound on the memory that a program from a file can ask for.
inline constexpr int kMaxRegisters = 256;

using Instruction = std::variant<Eval, Blend, Clamp, Threshold, Mask>;

struct Op {
    int step = 0;  ///< 0 … steps−1, never decreasing along the program
    Instruction instruction;

    bool operator==(const Op&) const = default;
};

/// A sampler, compiled: straight-line code over a few registers, each one state (n, d) of all particles. The state
/// after step k is register `result` after the last op of step k.
struct Program {
    std::string sampler;
    std::string process;                              ///< its name
    std::optional<ProcessSettings> process_settings;  ///< of that name; none where nobody knows its parameters
    std::optional<Prediction> prediction;             ///< what the evaluations take F for; none where nobody knows
    std::string scheduler;                            ///< class of the library that it came from; empty: none
    int steps = 0;
    int registers = 1;
    int init_register = 0;
    StartLaw start;           ///< of register init_register
    int known_register = -1;  ///< input: known values for `mask`, −1 where unused
    int mask_register = -1;   ///< input: the mask, −1 where unused
    int result = 0;
    std::vector<Op> ops;

    int evaluations() const;
    /// Index one past the last op of `step`.
    std::size_t end_of_step(int step) const;
    /// Throws base::Error (request) naming the first op that breaks a rule: register out of range, register read
    /// before it is written, step out of range or decreasing, a step without ops, a coefficient not finite, low > high,
    /// ratio outside (0, 1], max < 1, mask without inputs; or the result, where step 0 does not write it. `where` (a
    /// file name) goes before the place.
    void validate(const std::string& where = {}) const;
    /// Throws base::Error (request) naming the first op that asks a source beyond the first `count`.
    void require_sources(std::size_t count) const;

    bool operator==(const Program&) const = default;
};

/// The limits on estimates of x_0 that the ops apply; the first of each kind.
struct ProgramLimits {
    std::optional<double> clip;          ///< of a Clamp to ±clip
    std::optional<Threshold> threshold;  ///< its ratio and max
};
ProgramLimits limits_of(const Program& program);

/// The JSON form, version 2: an object of version, sampler, steps, evaluations, registers, process {name and its
/// parameters}, prediction, scheduler, clip, threshold {ratio, max}, init {register, mean, scale}, inputs {known,
/// mask}, ops and result; an op is an object of op (eval, blend, clamp, threshold or mask), step and the members of its
/// structure under their names, a term of a blend the array [register, coefficient], one of its noise [coefficient,
/// stream, index]. Numbers have 17 significant digits, each op a line of its own. What is not known or not used is left
/// out: prediction, scheduler, clip, threshold, inputs, a mean of 0, a source of 0. `program` must be valid.
std::string to_json(const Program& program);

/// Reads the JSON form back, bit for bit; version 1 too, in which process is a name and there is no prediction,
/// scheduler, clip, threshold or mean. Absent fields of the program take the defaults of its structure, except version,
/// steps and ops; of an op only an absent source is 0 and an absent noise empty. Unknown fields, wrong types, another
/// version, a wrong count of evaluations, limits that no op applies and programs that do not `validate` are refused
/// with base::Error (request) that names `where` (a file name) and the place, e.g. `ops[3].c_in`.
Program program_from_json(const std::string& text, const std::string& where);

}  // namespace scorefield::diffusion
