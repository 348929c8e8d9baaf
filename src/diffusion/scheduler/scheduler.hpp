#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diffusion/program.hpp"
#include "diffusion/scheduler/config.hpp"

namespace scorefield::diffusion {

/// The names, as in `_class_name`, of the schedulers of the `diffusers` library that can be read.
std::vector<std::string_view> scheduler_names();

/// The program of `steps` inference steps of a `scheduler_config.json`, text `json` of the file `where`: timesteps,
/// noise levels, parametrisation and solver as the library's class has them, with its presets where fields are absent,
/// all in double precision. Fields of other classes and unknown ones, which the library passes over, are passed over,
/// some with a note. Throws base::Error (request) naming file and field: an unknown class (with the nearest name), a
/// value out of range, and what a field asks for but cannot be had; or naming the flag where --steps is out of range or
/// --scheduler.mu is missing or has no effect.
Program program_from_scheduler(const std::string& json, const std::string& where, int steps,
                               const SchedulerOptions& options = {});

}  // namespace scorefield::diffusion
