#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>

#include "diffusion/json_place.hpp"
#include "diffusion/program.hpp"

namespace scorefield::diffusion {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;

constexpr std::array<std::string_view, 10> kProgramFields = {"version",   "sampler", "process", "steps", "evaluations",
                                                             "registers", "init",    "inputs",  "ops",   "result"};
constexpr std::array<std::string_view, 2> kInitFields = {"register", "scale"};
constexpr std::array<std::string_view, 2> kInputFields = {"known", "mask"};

std::string number(double value) {
    if (value == 0 && std::signbit(value)) return "-0.0";  // "-0" would be read as the integer 0
    return fmt::format("{:.17g}", value);
}

std::string quoted(const std::string& text) {
    return json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class T, class Op>
concept OpOf = std::is_same_v<std::remove_const_t<T>, Op>;

/// In a file; a field that is not required takes the structure's default where it is absent.
enum class Presence : std::uint8_t { required, written, written_unless_default };

// Each op's fields in the order in which they are written: field(name, member, presence).
void each_field(OpOf<Eval> auto& eval, const auto& field) {
    field("dst", eval.dst, Presence::required);
    field("src", eval.src, Presence::required);
    field("source", eval.source, Presence::written_unless_default);
    field("t", eval.t, Presence::required);
    field("alpha", eval.alpha, Presence::required);
    field("sigma", eval.sigma, Presence::required);
    field("c_in", eval.c_in, Presence::required);
    field("c_noise", eval.c_noise, Presence::required);
    field("c_skip", eval.c_skip, Presence::required);
    field("c_out", eval.c_out, Presence::required);
}
void each_field(OpOf<Blend> auto& blend, const auto& field) {
    field("dst", blend.dst, Presence::required);
    field("terms", blend.terms, Presence::required);
    field("noise", blend.noise, Presence::written);
}
void each_field(OpOf<Clamp> auto& clamp, const auto& field) {
    field("dst", clamp.dst, Presence::required);
    field("low", clamp.low, Presence::required);
    field("high", clamp.high, Presence::required);
}
void each_field(OpOf<Threshold> auto& threshold, const auto& field) {
    field("dst", threshold.dst, Presence::required);
    field("ratio", threshold.ratio, Presence::required);
    field("max", threshold.max, Presence::required);
}
void each_field(OpOf<Mask> auto& mask, const auto& field) {
    field("dst", mask.dst, Presence::required);
    field("a", mask.a, Presence::required);
    field("b", mask.b, Presence::required);
}

std::string text_of(int value) {
    return std::to_string(value);
}
std::string text_of(double value) {
    return number(value);
}
std::string text_of(const Term& term) {
    return fmt::format("[{},{}]", term.reg, number(term.coefficient));
}
std::string text_of(const NoiseTerm& term) {
    return fmt::format("[{},{},{}]", number(term.coefficient), term.stream, term.index);
}
template <class T>
std::string text_of(const std::vector<T>& values) {
    std::string text;
    for (const T& value : values) text += (text.empty() ? "" : ",") + text_of(value);
    return "[" + text + "]";
}

std::string fields(const auto& op) {
    std::string text;
    each_field(op, [&](std::string_view name, const auto& value, Presence presence) {
        using Value = std::remove_cvref_t<decltype(value)>;
        if (presence == Presence::written_unless_default && value == Value{}) return;
        text += fmt::format("{}\"{}\":{}", text.empty() ? "" : ",", name, text_of(value));
    });
    return text;
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

void read_value(const JsonPlace& place, int& value) {
    value = place.as<int>();
}
void read_value(const JsonPlace& place, double& value) {
    value = place.as<double>();
}
void read_value(const JsonPlace& place, Term& term) {
    if (place.size() != 2) place.refuse("not [register, coefficient]");
    term = {place.at(std::size_t{0}).as<int>(), place.at(1).as<double>()};
}
void read_value(const JsonPlace& place, NoiseTerm& term) {
    if (place.size() != 3) place.refuse("not [coefficient, stream, index]");
    term = {place.at(std::size_t{0}).as<double>(), place.at(1).as<std::uint32_t>(), place.at(2).as<std::uint32_t>()};
}
template <class T>
void read_value(const JsonPlace& place, std::vector<T>& values) {
    values.resize(place.size());
    for (std::size_t i = 0; i < values.size(); ++i) read_value(place.at(i), values[i]);
}

template <class Op>
Op read_op(const JsonPlace& place) {
    Op op;
    std::vector<std::string_view> known = {"op", "step"};
    each_field(op, [&](std::string_view name, const auto&, Presence) { known.push_back(name); });
    place.require_fields(known);
    each_field(op, [&](const char* name, auto& value, Presence presence) {
        if (presence == Presence::required || place.has(name)) read_value(place.at(name), value);
    });
    return op;
}

Instruction read_instruction(const JsonPlace& op) {
    const auto name = op.at("op").as<std::string>();
    if (name == "eval") return read_op<Eval>(op);
    if (name == "blend") return read_op<Blend>(op);
    if (name == "clamp") return read_op<Clamp>(op);
    if (name == "threshold") return read_op<Threshold>(op);
    if (name == "mask") return read_op<Mask>(op);
    op.at("op").refuse(fmt::format("unknown op '{}'", name), "known: eval, blend, clamp, threshold, mask");
}

Program read_program(const JsonPlace& root) {
    root.require_fields(kProgramFields);
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
        const JsonPlace init = root.at("init");
        init.require_fields(kInitFields);
        init.read("register", program.init_register);
        init.read("scale", program.init_scale);
    }
    if (root.has("inputs")) {
        const JsonPlace inputs = root.at("inputs");
        inputs.require_fields(kInputFields);
        inputs.read("known", program.known_register);
        inputs.read("mask", program.mask_register);
    }
    const JsonPlace ops = root.at("ops");
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const JsonPlace op = ops.at(i);
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
    const JsonDocument document = parse_json(text, "invalid program", where, "write it with scorefield program --json");
    Program program = read_program(JsonPlace(document));
    program.validate(where);
    return program;
}

}  // namespace scorefield::diffusion
