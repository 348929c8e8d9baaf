#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scorefield::diffusion {

/// What the caller of a scheduler says and hears besides the file.
struct SchedulerOptions {
    std::optional<double> mu = {};  ///< of use_dynamic_shifting: what a pipeline derives from the image's size
    std::vector<std::string>* notes = nullptr;  ///< gets lines for the user: what was passed over, what is limited
};

/// A scheduler_config.json of the `diffusers` library. Fields that are absent or null have the preset that the caller
/// says. Whatever cannot be read is refused with base::Error (request) that names file and field.
class SchedulerConfig {
  public:
    /// `where` is the file's name. Accepts the infinities that Python's json writes.
    SchedulerConfig(const std::string& text, std::string where, const SchedulerOptions& options = {});

    /// `_class_name`.
    const std::string& class_name() const { return class_name_; }

    /// Keeps the fields of the class, `known`, and drops the rest, as the library does: without a word names that begin
    /// with an underscore and `others`, the fields of other classes; with a note those that no class knows, switches of
    /// other classes that are on, and a predict_epsilon of old versions that prediction_type does not repeat.
    void keep_fields(std::span<const std::string_view> known, std::span<const std::string_view> others);

    [[noreturn]] void refuse(const char* key, const std::string& why, const std::string& hint) const;

    /// One line for the user: `FILE: TEXT`.
    void note(const std::string& text) const;

    /// --scheduler.mu.
    const std::optional<double>& mu() const { return options_.mu; }

    bool has(const char* key) const;
    double number(const char* key, double preset) const;
    int integer(const char* key, int preset) const;
    bool flag(const char* key, bool preset) const;
    std::string text(const char* key, std::string_view preset) const;
    /// One of `choices`.
    std::string choice(const char* key, std::string_view preset, std::span<const std::string_view> choices) const;
    /// The numbers of an array; empty where the key is absent.
    std::vector<double> numbers(const char* key) const;

  private:
    double to_number(const char* key, const nlohmann::json& value) const;

    std::string where_;
    SchedulerOptions options_;
    std::string class_name_;
    nlohmann::json root_;
};

}  // namespace scorefield::diffusion
