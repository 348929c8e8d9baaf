#include "diffusion/scheduler/config.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "diffusion/json_place.hpp"

namespace scorefield::diffusion {
namespace {

constexpr const char* kWhat = "invalid scheduler";
/// What no one turns on without meaning it.
constexpr std::array<std::string_view, 10> kSwitches = {
    "use_karras_sigmas", "use_exponential_sigmas", "use_beta_sigmas", "use_lu_lambdas",      "use_flow_sigmas",
    "thresholding",      "rescale_betas_zero_snr", "invert_sigmas",   "stochastic_sampling", "use_dynamic_shifting"};
constexpr std::array<std::string_view, 3> kNonFinite = {"-Infinity", "Infinity", "NaN"};

/// Puts Python's numbers that JSON has not into quotes; empty where there are none.
std::string quote_non_finite(const std::string& text) {
    const auto contains = [&](std::string_view name) { return text.find(name) != std::string::npos; };
    if (std::ranges::none_of(kNonFinite, contains)) return {};
    std::string quoted;
    bool inside = false;  // a string
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = std::string_view(text).substr(i);
        const auto word = std::ranges::find_if(kNonFinite, [&](auto name) { return rest.starts_with(name); });
        if (!inside && word != kNonFinite.end()) {
            quoted += '"' + std::string(*word) + '"';
            i += word->size() - 1;
            continue;
        }
        quoted += text[i];
        if (text[i] == '"') inside = !inside;
        if (inside && text[i] == '\\' && i + 1 < text.size()) quoted += text[++i];
    }
    return quoted;
}

nlohmann::json parse(const std::string& text, const std::string& where) {
    const std::string quoted = quote_non_finite(text);
    return parse_json(quoted.empty() ? text : quoted, kWhat, where,
                      "give the scheduler_config.json of a diffusers model")
        .root;
}

/// `a, b and 3 more`, with the nearest of `known` for those that are unknown.
class NameList {
  public:
    explicit NameList(std::span<const std::string_view> known = {}) : known_(known) {}

    void add(std::string_view name) {
        constexpr std::size_t kMost = 5;
        if (++count_ > kMost) {
            more_ = fmt::format(" and {} more", count_ - kMost);
            return;
        }
        const std::string nearest = known_.empty() ? "" : base::nearest_name(name, known_);
        text_ += (text_.empty() ? "" : ", ") + base::shown(name);
        if (!nearest.empty()) text_ += " (did you mean '" + nearest + "'?)";
    }
    bool empty() const { return count_ == 0; }
    std::string text() const { return text_ + more_; }

  private:
    std::span<const std::string_view> known_;
    std::size_t count_ = 0;
    std::string text_;
    std::string more_;
};

}  // namespace

SchedulerConfig::SchedulerConfig(const std::string& text, std::string where, const SchedulerOptions& options)
    : where_(std::move(where)), options_(options), root_(parse(text, where_)) {
    if (!root_.is_object())
        throw base::request_error(kWhat, where_, "not an object",
                                  "give the scheduler_config.json of a diffusers model");
    const auto name = root_.find("_class_name");
    if (name == root_.end() || !name->is_string()) {
        throw base::request_error(kWhat, where_, "field '_class_name' is missing",
                                  "give the scheduler_config.json of a diffusers model");
    }
    class_name_ = name->get<std::string>();
}

void SchedulerConfig::keep_fields(std::span<const std::string_view> known, std::span<const std::string_view> others) {
    nlohmann::json kept = nlohmann::json::object();
    NameList unknown(known);
    NameList switches;
    bool predicts_sample = false;
    const bool has_prediction = std::ranges::find(known, "prediction_type") != known.end();
    for (auto& [key, value] : root_.items()) {
        if (std::ranges::find(known, key) != known.end()) {
            kept[key] = std::move(value);
        } else if (key == "predict_epsilon" && value == false && has_prediction) {
            predicts_sample = true;
        } else if (!key.starts_with('_') && std::ranges::find(others, key) == others.end()) {
            unknown.add(key);
        } else if (std::ranges::find(kSwitches, key) != kSwitches.end() && value == true) {
            switches.add(key);
        }
    }
    root_ = std::move(kept);
    if (predicts_sample && !(has("prediction_type") && root_.at("prediction_type") == "sample")) {
        note(
            "ignored predict_epsilon false (as diffusers does), which said in old versions that the network predicts "
            "the sample; if it does, set prediction_type to \"sample\"");
    }
    if (!unknown.empty()) note("ignored unknown fields (as diffusers does): " + unknown.text());
    if (!switches.empty()) {
        note(fmt::format("ignored fields that {} does not have (as diffusers does): {}", class_name_, switches.text()));
    }
}

void SchedulerConfig::note(const std::string& text) const {
    if (options_.notes != nullptr) options_.notes->push_back(where_ + ": " + text);
}

void SchedulerConfig::refuse(const char* key, const std::string& why, const std::string& hint) const {
    throw base::request_error(kWhat, where_ + ": " + key, why, hint);
}

bool SchedulerConfig::has(const char* key) const {
    const auto found = root_.find(key);
    return found != root_.end() && !found->is_null();
}

double SchedulerConfig::to_number(const char* key, const nlohmann::json& value) const {
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    if (value.is_number()) return value.get<double>();
    if (value == "Infinity") return kInfinite;
    if (value == "-Infinity") return -kInfinite;
    refuse(key, "not a number", "give one without quotes");
}

double SchedulerConfig::number(const char* key, double preset) const {
    return has(key) ? to_number(key, root_.at(key)) : preset;
}

int SchedulerConfig::integer(const char* key, int preset) const {
    const double value = number(key, preset);
    if (value != std::floor(value) || std::abs(value) > std::numeric_limits<int>::max())
        refuse(key, "not an integer", "give a whole number");
    return static_cast<int>(value);
}

bool SchedulerConfig::flag(const char* key, bool preset) const {
    if (!has(key)) return preset;
    if (!root_.at(key).is_boolean()) refuse(key, "neither true nor false", "give one of them without quotes");
    return root_.at(key).get<bool>();
}

std::string SchedulerConfig::text(const char* key, std::string_view preset) const {
    if (!has(key)) return std::string(preset);
    if (!root_.at(key).is_string()) refuse(key, "not a string", "give a name in quotes");
    return root_.at(key).get<std::string>();
}

std::string SchedulerConfig::choice(const char* key, std::string_view preset,
                                    std::span<const std::string_view> choices) const {
    std::string value = text(key, preset);
    if (std::ranges::find(choices, value) == choices.end()) {
        refuse(key, class_name_ + " has no '" + base::shown(value) + "'", base::name_hint(value, choices));
    }
    return value;
}

std::vector<double> SchedulerConfig::numbers(const char* key) const {
    std::vector<double> values;
    if (!has(key)) return values;
    if (!root_.at(key).is_array()) refuse(key, "not an array", "give numbers in brackets");
    for (const nlohmann::json& value : root_.at(key)) values.push_back(to_number(key, value));
    return values;
}

}  // namespace scorefield::diffusion
