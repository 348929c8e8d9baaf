#pragma once

#include "sample/build_program.hpp"
#include "sample/start.hpp"
#include "session/run_notes.hpp"
#include "settings/resolve.hpp"

namespace scorefield::settings {

// What a run by these settings on this model would do.

inline diffusion::Program build_program(const Settings& settings, const model::Model& model) {
    return sample::build_program(sampling_spec(settings, model), model);
}
inline sample::StartRows start_rows(const Settings& settings, const model::Model& model,
                                    const diffusion::Program& program) {
    return sample::start_rows(sampling_spec(settings, model), model, program);
}
inline std::string start_text(const Settings& settings, const model::Model& model, const diffusion::Program& program) {
    return sample::start_text(sampling_spec(settings, model), model, program);
}
inline std::optional<std::string> start_note(const Settings& settings, const model::Model& model,
                                             const diffusion::Program& program) {
    return sample::start_note(sampling_spec(settings, model), model, program);
}
inline std::string spacing_text(const Settings& settings, const model::Model& model) {
    return sample::spacing_text(sampling_spec(settings, model));
}
inline std::vector<std::string> run_notes(const Settings& settings, const model::Model& model,
                                          const diffusion::Program& program) {
    return session::run_notes(sampling_spec(settings, model), model, program, data_name(settings, model));
}

}  // namespace scorefield::settings
