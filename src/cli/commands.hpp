#pragma once

#include "settings/settings.hpp"

namespace scorefield::cli {

// One function per command: each returns the exit status or throws base::Error.

int view_command(const settings::Request& request);
int render_command(const settings::Request& request);
int sample_command(const settings::Request& request);
int train_command(const settings::Request& request);
int program_command(const settings::Request& request);
int schedule_command(const settings::Request& request);
int score_command(const settings::Request& request);
int bench_command(const settings::Request& request);
int devices_command(const settings::Request& request);
int study_command(const settings::Request& request);
int data_command(const settings::Request& request);
int sweep_command(const settings::Request& request);

}  // namespace scorefield::cli
