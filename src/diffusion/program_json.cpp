#include <fmt/core.h>

#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>

#include "base/error.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

std::string number(double value) {
    if (value == 0 && std::signbit(value)) return "-0.0";  // "-0" would be read as the integer 0
    return fmt::format("{:.17g}", value);
}

std::string quoted(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string fields(const Eval& eval) {
    const std::string source = eval.source == 0 ? "" : fmt::format("\"source\":{},", eval.source);
    return fmt::format("\"dst\":{},\"src\":{},{}\"t\":{},\"alpha\":{},\"sigma\":{},", eval.dst, eval.src, source,
                       number(eval.t), number(eval.alpha), number(eval.sigma)) +
           fmt::format("\"c_in\":{},\"c_noise\":{},\"c_skip\":{},\"c_out\":{}", number(eval.c_in), number(eval.c_noise),
                       number(eval.c_skip), number(eval.c_out));
}

std::string fields(const Blend& blend) {
    std::string terms;
    for (const Term& term : blend.terms) {
        terms += fmt::format("{}[{},{}]", terms.empty() ? "" : ",", term.reg, number(term.coefficient));
    }
    std::string noise;
    for (const NoiseTerm& term : blend.noise) {
        noise +=
            fmt::format("{}[{},{},{}]", noise.empty() ? "" : ",", number(term.coefficient), term.stream, term.index);
    }
    return fmt::format("\"dst\":{},\"terms\":[{}],\"noise\":[{}]", blend.dst, terms, noise);
}

std::string fields(const Clamp& clamp) {
    return fmt::format("\"dst\":{},\"low\":{},\"high\":{}", clamp.dst, number(clamp.low), number(clamp.high));
}

std::string fields(const Threshold& threshold) {
    return fmt::format("\"dst\":{},\"ratio\":{},\"max\":{}", threshold.dst, number(threshold.ratio),
                       number(threshold.max));
}

std::string fields(const Mask& mask) {
    return fmt::format("\"dst\":{},\"a\":{},\"b\":{}", mask.dst, mask.a, mask.b);
}

constexpr std::string_view name_of(const Eval&) {
    return "eval";
}
constexpr std::string_view name_of(const Blend&) {
    return "blend";
}
constexpr std::string_view name_of(const Clamp&) {
    return "clamp";
}
constexpr std::string_view name_of(const Threshold&) {
    return "threshold";
}
constexpr std::string_view name_of(const Mask&) {
    return "mask";
}

std::string inputs_line(const Program& program) {
    std::string inputs;
    if (program.known_register >= 0) inputs = fmt::format("\"known\":{}", program.known_register);
    if (program.mask_register >= 0) {
        inputs += fmt::format("{}\"mask\":{}", inputs.empty() ? "" : ",", program.mask_register);
    }
    return inputs.empty() ? "" : fmt::format(" \"inputs\":{{{}}},\n", inputs);
}

/// A JSON value and its place in the file, for messages.
class Place {
  public:
    Place(const json& value, const std::string& file, std::string path)
        : value_(value), file_(file), path_(std::move(path)) {}

    [[noreturn]] void refuse(const std::string& why, const std::string& hint = {}) const {
        throw base::request_error("invalid program", path_.empty() ? file_ : file_ + ": " + path_, why, hint);
    }

    void require_fields(std::initializer_list<std::string_view> known) const {
        if (!value_.is_object()) refuse("not an object");
        for (const auto& [key, member] : value_.items()) {
            if (std::find(known.begin(), known.end(), key) == known.end()) {
                std::string names;
                for (const std::string_view name : known) names += (names.empty() ? "" : ", ") + std::string(name);
                Place(member, file_, member_path(key)).refuse("unknown field", "known: " + names);
            }
        }
    }

    bool has(const char* key) const { return value_.contains(key); }

    Place at(const char* key) const {
        if (!has(key)) refuse(fmt::format("field '{}' is missing", key));
        return {value_.at(key), file_, member_path(key)};
    }

    std::size_t size() const {
        if (!value_.is_array()) refuse("not an array");
        return value_.size();
    }

    Place at(std::size_t i) const { return {value_.at(i), file_, fmt::format("{}[{}]", path_, i)}; }

    /// The value as a finite double, an integer within its type's range, or a string.
    template <class T>
    T as() const {
        if constexpr (std::is_same_v<T, std::string>) {
            if (!value_.is_string()) refuse("not a string");
            return value_.get<std::string>();
        } else if constexpr (std::is_floating_point_v<T>) {
            if (!value_.is_number()) refuse("not a number");
            return value_.get<T>();
        } else {
            if (!value_.is_number_integer()) refuse("not an integer");
            if (!fits<T>()) refuse("out of range");
            return value_.get<T>();
        }
    }

    /// Overwrites `target` where the field is present.
    template <class T>
    void read(const char* key, T& target) const {
        if (has(key)) target = at(key).as<T>();
    }

    template <class T>
    void read_required(const char* key, T& target) const {
        target = at(key).as<T>();
    }

  private:
    template <class T>
    bool fits() const {
        if (value_.is_number_unsigned()) {
            return value_.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
        }
        const auto value = value_.get<std::int64_t>();
        return std::is_signed_v<T> ? value >= static_cast<std::int64_t>(std::numeric_limits<T>::min()) : value >= 0;
    }

    std::string member_path(std::string_view key) const {
        return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
    }

    const json& value_;
    const std::string& file_;
    std::string path_;
};

Eval read_eval(const Place& op) {
    op.require_fields(
        {"op", "step", "dst", "src", "source", "t", "alpha", "sigma", "c_in", "c_noise", "c_skip", "c_out"});
    Eval eval;
    op.read_required("dst", eval.dst);
    op.read_required("src", eval.src);
    op.read("source", eval.source);
    op.read("t", eval.t);
    op.read("alpha", eval.alpha);
    op.read("sigma", eval.sigma);
    op.read("c_in", eval.c_in);
    op.read("c_noise", eval.c_noise);
    op.read("c_skip", eval.c_skip);
    op.read("c_out", eval.c_out);
    return eval;
}

Blend read_blend(const Place& op) {
    op.require_fields({"op", "step", "dst", "terms", "noise"});
    Blend blend;
    op.read_required("dst", blend.dst);
    const Place terms = op.at("terms");
    for (std::size_t j = 0; j < terms.size(); ++j) {
        const Place term = terms.at(j);
        if (term.size() != 2) term.refuse("not [register, coefficient]");
        blend.terms.push_back({term.at(std::size_t{0}).as<int>(), term.at(1).as<double>()});
    }
    if (!op.has("noise")) return blend;
    const Place noise = op.at("noise");
    for (std::size_t j = 0; j < noise.size(); ++j) {
        const Place term = noise.at(j);
        if (term.size() != 3) term.refuse("not [coefficient, stream, index]");
        blend.noise.push_back(
            {term.at(std::size_t{0}).as<double>(), term.at(1).as<std::uint32_t>(), term.at(2).as<std::uint32_t>()});
    }
    return blend;
}

Clamp read_clamp(const Place& op) {
    op.require_fields({"op", "step", "dst", "low", "high"});
    Clamp clamp;
    op.read_required("dst", clamp.dst);
    op.read("low", clamp.low);
    op.read("high", clamp.high);
    return clamp;
}

Threshold read_threshold(const Place& op) {
    op.require_fields({"op", "step", "dst", "ratio", "max"});
    Threshold threshold;
    op.read_required("dst", threshold.dst);
    op.read("ratio", threshold.ratio);
    op.read("max", threshold.max);
    return threshold;
}

Mask read_mask(const Place& op) {
    op.require_fields({"op", "step", "dst", "a", "b"});
    Mask mask;
    op.read_required("dst", mask.dst);
    op.read_required("a", mask.a);
    op.read_required("b", mask.b);
    return mask;
}

Instruction read_instruction(const Place& op) {
    const auto name = op.at("op").as<std::string>();
    if (name == "eval") return read_eval(op);
    if (name == "blend") return read_blend(op);
    if (name == "clamp") return read_clamp(op);
    if (name == "threshold") return read_threshold(op);
    if (name == "mask") return read_mask(op);
    op.at("op").refuse(fmt::format("unknown op '{}'", name), "known: eval, blend, clamp, threshold, mask");
}

Program read_program(const Place& root) {
    root.require_fields(
        {"version", "sampler", "process", "steps", "evaluations", "registers", "init", "inputs", "ops", "result"});
    if (const int version = root.at("version").as<int>(); version != kVersion) {
        root.at("version").refuse(fmt::format("version {} is not {}", version, kVersion));
    }
    Program program;
    root.read("sampler", program.sampler);
    root.read("process", program.process);
    root.read_required("steps", program.steps);
    root.read("registers", program.registers);
    root.read("result", program.result);
    if (root.has("init")) {
        const Place init = root.at("init");
        init.require_fields({"register", "scale"});
        init.read("register", program.init_register);
        init.read("scale", program.init_scale);
    }
    if (root.has("inputs")) {
        const Place inputs = root.at("inputs");
        inputs.require_fields({"known", "mask"});
        inputs.read("known", program.known_register);
        inputs.read("mask", program.mask_register);
    }
    const Place ops = root.at("ops");
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const Place op = ops.at(i);
        program.ops.push_back({0, read_instruction(op)});
        op.read_required("step", program.ops.back().step);
    }
    if (root.has("evaluations") && root.at("evaluations").as<int>() != program.evaluations()) {
        root.at("evaluations").refuse(fmt::format("the ops hold {}", program.evaluations()));
    }
    return program;
}

}  // namespace

std::string to_json(const Program& program) {
    std::string text = fmt::format(
        "{{\"version\":{},\"sampler\":{},\"process\":{},\"steps\":{},\"evaluations\":{},\"registers\":{},\n", kVersion,
        quoted(program.sampler), quoted(program.process), program.steps, program.evaluations(), program.registers);
    text +=
        fmt::format(" \"init\":{{\"register\":{},\"scale\":{}}},\n", program.init_register, number(program.init_scale));
    text += inputs_line(program);
    text += " \"ops\":[";
    const char* separator = "\n";
    for (const Op& op : program.ops) {
        const auto line = [&](const auto& instruction) {
            return fmt::format("{}  {{\"op\":\"{}\",\"step\":{},{}}}", separator, name_of(instruction), op.step,
                               fields(instruction));
        };
        text += std::visit(line, op.instruction);
        separator = ",\n";
    }
    return text + fmt::format("],\n \"result\":{}}}\n", program.result);
}

Program program_from_json(const std::string& text, const std::string& where) {
    json root;
    try {
        root = json::parse(text);
    } catch (const json::exception& error) {
        const std::string message = error.what();
        const std::size_t prefix = message.find("] ");  // "[json.exception.parse_error.101] "
        throw base::request_error("invalid program", where,
                                  message.substr(prefix == std::string::npos ? 0 : prefix + 2));
    }
    Program program = read_program(Place(root, where, ""));
    program.validate(where);
    return program;
}

}  // namespace scorefield::diffusion
