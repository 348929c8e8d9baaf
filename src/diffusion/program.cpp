#include "diffusion/program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "diffusion/program_limits.hpp"

namespace scorefield::diffusion {
namespace {

/// Walks a program once in the order of execution and throws at the first broken rule.
class Checker {
  public:
    Checker(const Program& program, const std::string& where) : program_(program), where_(where) {}

    void run() {
        check_head();
        require(program_.ops.size() <= kMaxOps, "ops", fmt::format("more than {}", kMaxOps));
        int step = 0;
        for (std::size_t i = 0; i < program_.ops.size(); ++i) {
            const Op& op = program_.ops[i];
            if (i > 0 && op.step > step) require_state();
            place_ = fmt::format("ops[{}]", i);
            require(op.step >= step, "step", fmt::format("step {} after step {}", op.step, step));
            require(op.step < program_.steps, "step",
                    fmt::format("{} is not below steps = {}", op.step, program_.steps));
            const int expected = i == 0 ? 0 : step + 1;
            require(op.step <= expected, "step", fmt::format("step {} has no ops", expected));
            step = op.step;
            std::visit([this](const auto& instruction) { check(instruction); }, op.instruction);
        }
        place_.clear();
        require(!program_.ops.empty() && step == program_.steps - 1, "ops",
                fmt::format("step {} has no ops", program_.ops.empty() ? 0 : step + 1));
        require_state();
    }

  private:
    /// After every step the result must be the state, also where a run shows or stores states on its way.
    void require_state() {
        place_.clear();
        require_register(program_.result, "result");
        require(written_[static_cast<std::size_t>(program_.result)], "result",
                fmt::format("register {} is not written by the end of step 0", program_.result));
    }

    void check_head() {
        require(program_.steps >= 1, "steps", fmt::format("{} is below 1", program_.steps));
        require(program_.registers >= 1 && program_.registers <= kMaxRegisters, "registers",
                fmt::format("{} is not in 1 … {}", program_.registers, kMaxRegisters));
        written_.assign(static_cast<std::size_t>(program_.registers), false);
        check_start();
        writes(program_.init_register, "init.register");
        check_input(program_.known_register, "inputs.known");
        check_input(program_.mask_register, "inputs.mask");
    }

    void check_start() const {
        const StartLaw& start = program_.start;
        for (const auto& [values, field] :
             {std::pair{&start.mean, "init.mean"}, std::pair{&start.scale, "init.scale"}}) {
            require(!values->empty(), field, "empty");
            for (const double value : *values) number(value, field);
        }
        for (const double scale : start.scale) require(scale >= 0, "init.scale", "negative");
        const bool agree = start.mean.size() == 1 || start.scale.size() == 1 || start.mean.size() == start.scale.size();
        require(agree, "init.scale", fmt::format("{} numbers, mean has {}", start.scale.size(), start.mean.size()));
    }

    void check_input(int reg, const char* field) {
        if (reg == -1) return;
        require_register(reg, field);
        require(!written_[static_cast<std::size_t>(reg)], field, fmt::format("register {} is taken", reg));
        writes(reg, field);
    }

    void check(const Eval& eval) {
        reads(eval.src, "src");
        require(eval.source >= 0, "source", "negative");
        number(eval.t, "t");
        number(eval.alpha, "alpha");
        number(eval.sigma, "sigma");
        number(eval.c_in, "c_in");
        number(eval.c_noise, "c_noise");
        number(eval.c_skip, "c_skip");
        number(eval.c_out, "c_out");
        writes(eval.dst, "dst");
    }

    void check(const Blend& blend) {
        for (std::size_t j = 0; j < blend.terms.size(); ++j) {
            const std::string field = fmt::format("terms[{}]", j);
            reads(blend.terms[j].reg, field);
            number(blend.terms[j].coefficient, field);
        }
        for (std::size_t j = 0; j < blend.noise.size(); ++j) {
            number(blend.noise[j].coefficient, fmt::format("noise[{}]", j));
        }
        writes(blend.dst, "dst");
    }

    void check(const Clamp& clamp) {
        reads(clamp.dst, "dst");
        number(clamp.low, "low");
        number(clamp.high, "high");
        require(clamp.low <= clamp.high, "low", "above high");
    }

    void check(const Threshold& threshold) {
        reads(threshold.dst, "dst");
        number(threshold.ratio, "ratio");
        number(threshold.max, "max");
        require(threshold.ratio > 0 && threshold.ratio <= 1, "ratio", "not in (0, 1]");
        require(threshold.max >= 1, "max", "below 1");
    }

    void check(const Mask& mask) {
        require(program_.mask_register >= 0, "op", "mask without inputs.mask");
        reads(mask.a, "a");
        reads(mask.b, "b");
        writes(mask.dst, "dst");
    }

    void require_register(int reg, const std::string& field) const {
        require(reg >= 0 && reg < program_.registers, field,
                fmt::format("register {} of {} does not exist", reg, program_.registers));
    }

    void reads(int reg, const std::string& field) const {
        require_register(reg, field);
        require(written_[static_cast<std::size_t>(reg)], field,
                fmt::format("register {} is read before it is written", reg));
    }

    void writes(int reg, const std::string& field) {
        require_register(reg, field);
        written_[static_cast<std::size_t>(reg)] = true;
    }

    void number(double value, const std::string& field) const {
        require(std::isfinite(value), field, "not a finite number");
    }

    void require(bool holds, const std::string& field, const std::string& why) const {
        if (holds) return;
        const std::string place = place_.empty() ? field : place_ + "." + field;
        throw base::request_error("invalid program", where_.empty() ? place : where_ + ": " + place, why,
                                  "write it with scorefield program `json`");
    }

    const Program& program_;
    const std::string& where_;
    std::string place_;
    std::vector<bool> written_;
};

}  // namespace

StartLaw start_law_of(AxisMoments moments) {
    for (double& variance : moments.variance) variance = std::sqrt(variance);
    return {std::move(moments.mean), std::move(moments.variance)};
}

ProgramLimits limits_of(const Program& program) {
    ProgramLimits limits;
    for (const Op& op : program.ops) {
        const auto* clamp = std::get_if<Clamp>(&op.instruction);
        if (clamp != nullptr && clamp->low == -clamp->high && !limits.clip) limits.clip = clamp->high;
        const auto* threshold = std::get_if<Threshold>(&op.instruction);
        if (threshold != nullptr && !limits.threshold) limits.threshold = *threshold;
    }
    return limits;
}

int Program::evaluations() const {
    return static_cast<int>(std::count_if(ops.begin(), ops.end(),
                                          [](const Op& op) { return std::holds_alternative<Eval>(op.instruction); }));
}

std::size_t Program::end_of_step(int step) const {
    const auto end = std::upper_bound(ops.begin(), ops.end(), step, [](int s, const Op& op) { return s < op.step; });
    return static_cast<std::size_t>(end - ops.begin());
}

void Program::validate(const std::string& where) const {
    Checker(*this, where).run();
}

void Program::require_sources(std::size_t count) const {
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const auto* eval = std::get_if<Eval>(&ops[i].instruction);
        if (eval == nullptr || static_cast<std::size_t>(eval->source) < count) continue;
        throw base::request_error("invalid program", fmt::format("ops[{}].source", i),
                                  fmt::format("source {} of {} does not exist", eval->source, count),
                                  "use a program that refers to existing sources only");
    }
}

}  // namespace scorefield::diffusion
