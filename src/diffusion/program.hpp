#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

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
    std::string process;
    int steps = 0;
    int registers = 1;
    int init_register = 0;
    double init_scale = 1;    ///< the start state is init_scale·N(0, I), stream base::kInitStream, index 0
    int known_register = -1;  ///< input: known values for `mask`, −1 where unused
    int mask_register = -1;   ///< input: the mask, −1 where unused
    int result = 0;
    std::vector<Op> ops;

    int evaluations() const;
    /// Index one past the last op of `step`.
    std::size_t end_of_step(int step) const;
    /// Throws base::Error (request) naming the first op that breaks a rule: register out of range, register read
    /// before it is written, step out of range or decreasing, a step without ops, a coefficient not finite, low > high,
    /// ratio outside (0, 1], max < 1, mask without inputs. `where` (a file name) goes before the place.
    void validate(const std::string& where = {}) const;

    bool operator==(const Program&) const = default;
};

/// The JSON form: an object of version (1), sampler, process, steps, evaluations, registers, init {register, scale},
/// inputs {known, mask}, ops and result; an op is an object of op (eval, blend, clamp, threshold or mask), step and the
/// members of its structure under their names, a term of a blend the array [register, coefficient], one of its noise
/// [coefficient, stream, index]. Numbers have 17 significant digits, each op a line of its own. `source` is written
/// where it is not 0, `inputs` where there are any. `program` must be valid.
std::string to_json(const Program& program);

/// Reads the JSON form back, bit for bit. Absent fields of the program take the defaults of its structure, except
/// version, steps and ops; of an op only an absent source is 0 and an absent noise empty. Unknown fields, wrong types,
/// another version, a wrong count of evaluations and programs that do not `validate` are refused with base::Error
/// (request) that names `where` (a file name) and the place, e.g. `ops[3].c_in`.
Program program_from_json(const std::string& text, const std::string& where);

}  // namespace scorefield::diffusion
