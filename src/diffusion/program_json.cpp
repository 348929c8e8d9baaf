#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diffusion/json_place.hpp"
#include "diffusion/prediction_hint.hpp"
#include "diffusion/program.hpp"
#include "diffusion/program_limits.hpp"

namespace scorefield::diffusion {
namespace {

using nlohmann::json;

constexpr int kVersion = 2;

constexpr std::array<std::string_view, 14> kProgramFields = {
    "version", "sampler", "process", "steps", "evaluations", "registers",  "init",
    "inputs",  "ops",     "result",  "clip",  "threshold",   "prediction", "scheduler"};
constexpr std::size_t kVersion1Fields = 10;
constexpr std::array<std::string_view, 3> kInitFields = {"register", "scale", "mean"};
constexpr std::size_t kVersion1InitFields = 2;
constexpr std::array<std::string_view, 2> kThresholdFields = {"ratio", "max"};
constexpr std::array<std::string_view, 2> kInputFields = {"known", "mask"};

std::string number(double value) {
    if (value == 0 && std::signbit(value)) return "-0.0";  // "-0" would be read as the integer 0
    return fmt::format("{:.17g}", value);
}

std::string quoted(const std::string& text) {
    return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
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

/// One number for all coordinates or an array of one per coordinate.
std::string numbers(const std::vector<double>& values) {
    return values.size() == 1 ? number(values[0]) : text_of(values);
}

std::string limits_line(const Program& program) {
    const ProgramLimits limits = limits_of(program);
    std::string text;
    if (limits.clip) text += fmt::format(" \"clip\":{},\n", number(*limits.clip));
    if (limits.threshold) {
        text += fmt::format(" \"threshold\":{{\"ratio\":{},\"max\":{}}},\n", number(limits.threshold->ratio),
                            number(limits.threshold->max));
    }
    return text;
}

std::string init_line(const Program& program) {
    const StartLaw& start = program.start;
    const std::string mean = start.mean == StartLaw().mean ? "" : fmt::format("\"mean\":{},", numbers(start.mean));
    return fmt::format(" \"init\":{{\"register\":{},{}\"scale\":{}}},\n", program.init_register, mean,
                       numbers(start.scale));
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
    op.at("op").refuse(fmt::format("unknown op '{}'", base::shown(name)), "known: eval, blend, clamp, threshold, mask");
}

void read_numbers(const JsonPlace& init, const char* key, std::vector<double>& values) {
    if (!init.has(key)) return;
    const JsonPlace place = init.at(key);
    if (place.is_array()) {
        read_value(place, values);
    } else {
        values = {place.as<double>()};
    }
}

std::string process_object(const Program& program) {
    std::string text = fmt::format("\"name\":{}", quoted(program.process));
    if (program.process_settings) {
        if (program.process == "ddpm") {
            text += fmt::format(",\"schedule\":{}", quoted(program.process_settings->schedule));
        }
        const auto add = [&]<class Value>(std::string_view name, const std::optional<Value>& value) {
            if (!value) return;
            if constexpr (std::is_same_v<Value, bool>) {
                text += fmt::format(",\"{}\":{}", name, *value);
            } else {
                text += fmt::format(",\"{}\":{}", name, number(*value));
            }
        };
        for_each_process_parameter(*program.process_settings, add);
    }
    return "{" + text + "}";
}

/// An object of the name and the parameters; of the name alone where nobody knows them.
void read_process(const JsonPlace& place, Program& program) {
    ProcessSettings settings;
    std::vector<std::string_view> known = {"name", "schedule"};
    for_each_process_parameter(settings, [&](std::string_view name, const auto&) { known.push_back(name); });
    place.require_fields(known);
    place.read_required("name", program.process);
    settings.name = program.process;
    const bool is_ours =
        std::ranges::any_of(processes(), [&](const ProcessInfo& info) { return info.name == program.process; });
    const bool has_parameters =
        std::ranges::any_of(known, [&](std::string_view name) { return name != "name" && place.has(name.data()); });
    if (!has_parameters) return;
    if (!is_ours || (program.process == "ddpm" && !place.has("schedule"))) {
        place.refuse("parameters without a process and schedule that have them");
    }
    place.read("schedule", settings.schedule);
    for_each_process_parameter(settings, [&]<class Value>(std::string_view name, std::optional<Value>& value) {
        if (place.has(name.data())) value = place.at(name.data()).as<Value>();
    });
    try {
        make_process(settings);
    } catch (const base::Error& error) {
        place.refuse(error.what());
    }
    program.process_settings = settings;
}

void read_limits(const JsonPlace& root, const Program& program) {
    const ProgramLimits limits = limits_of(program);
    if (root.has("clip") && root.at("clip").as<double>() != limits.clip) {
        root.at("clip").refuse("no op clamps to it", "leave it out");
    }
    if (!root.has("threshold")) return;
    const JsonPlace place = root.at("threshold");
    place.require_fields(kThresholdFields);
    Threshold given;
    place.read("ratio", given.ratio);
    place.read("max", given.max);
    if (!limits.threshold || limits.threshold->ratio != given.ratio || limits.threshold->max != given.max) {
        place.refuse("no op has such a threshold", "leave it out");
    }
}

/// The ops one after the other: a program may be long, and its JSON takes several times the memory.
std::vector<Op> read_ops(std::string_view text, const JsonDocument& document) {
    JsonPlace(document).at("ops").size();
    std::vector<Op> ops;
    for_each_element(text, "ops", document, [&](const JsonPlace& op) {
        if (ops.size() == kMaxOps) op.refuse(fmt::format("more than {} ops", kMaxOps), "give a shorter program");
        ops.push_back({0, read_instruction(op)});
        op.read_required("step", ops.back().step);
    });
    return ops;
}

Program read_program(std::string_view text, const JsonDocument& document) {
    const JsonPlace root(document);
    root.require_fields(kProgramFields);
    const int version = root.at("version").as<int>();
    if (version < 1 || version > kVersion) {
        root.at("version").refuse(fmt::format("version {} is not 1 or {}", version, kVersion));
    }
    if (version == 1) root.require_fields(std::span(kProgramFields).first(kVersion1Fields));
    Program program;
    root.read("sampler", program.sampler);
    if (version == 1) {
        root.read("process", program.process);
    } else if (root.has("process")) {
        read_process(root.at("process"), program);
    }
    if (root.has("prediction")) {
        const JsonPlace place = root.at("prediction");
        const auto name = place.as<std::string>();
        const auto found = std::ranges::find(kPredictions, name);
        if (found == kPredictions.end()) place.refuse("no such prediction", prediction_hint(name));
        program.prediction = static_cast<Prediction>(found - kPredictions.begin());
    }
    root.read("scheduler", program.scheduler);
    root.read_required("steps", program.steps);
    root.read("registers", program.registers);
    root.read("result", program.result);
    if (root.has("init")) {
        const JsonPlace init = root.at("init");
        init.require_fields(std::span(kInitFields).first(version == 1 ? kVersion1InitFields : kInitFields.size()));
        init.read("register", program.init_register);
        read_numbers(init, "mean", program.start.mean);
        read_numbers(init, "scale", program.start.scale);
    }
    if (root.has("inputs")) {
        const JsonPlace inputs = root.at("inputs");
        inputs.require_fields(kInputFields);
        inputs.read("known", program.known_register);
        inputs.read("mask", program.mask_register);
    }
    program.ops = read_ops(text, document);
    if (root.has("evaluations") && root.at("evaluations").as<int>() != program.evaluations()) {
        root.at("evaluations").refuse(fmt::format("the ops hold {}", program.evaluations()));
    }
    read_limits(root, program);
    return program;
}

}  // namespace

std::string to_json(const Program& program) {
    std::string text =
        fmt::format("{{\"version\":{},\"sampler\":{},\"steps\":{},\"evaluations\":{},\"registers\":{},\n", kVersion,
                    quoted(program.sampler), program.steps, program.evaluations(), program.registers);
    text += fmt::format(" \"process\":{},\n", process_object(program));
    if (program.prediction) text += fmt::format(" \"prediction\":\"{}\",\n", prediction_name(*program.prediction));
    if (!program.scheduler.empty()) text += fmt::format(" \"scheduler\":{},\n", quoted(program.scheduler));
    text += limits_line(program);
    text += init_line(program);
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
    const JsonDocument document =
        parse_json_without(text, "ops", "invalid program", where, "write it with scorefield program `json`");
    Program program = read_program(text, document);
    program.validate(where);
    return program;
}

}  // namespace scorefield::diffusion
