#pragma once

#include <filesystem>
#include <string>

#include "base/numbered_names.hpp"
#include "settings/settings.hpp"

namespace scorefield::cli {

/// What --out of render asks for.
enum class Form { frames, sheet, film };

/// Which form the name asks for: `.png` a contact sheet, `.mp4` a film; a pattern with one %d before `.png`, a folder
/// that exists, or a name without an ending are frames. Throws base::Error (request) for other endings and patterns,
/// (running) where the path cannot be looked at.
Form render_form(const std::string& out);

/// Whether the name asks for a contact sheet.
bool is_sheet(const std::string& out);

/// Where frames go.
struct FramePlace {
    std::filesystem::path folder;
    base::NumberedNames names;
    bool own_folder = true;  ///< the folder is theirs, what is there of an earlier film included
};

/// Where the frames of an --out go that asks for frames.
FramePlace frame_place(const std::string& out);

/// Throws base::Error (request) if an output file has the wrong extension (e.g. --log needs .csv). This protects other
/// files from typos.
void require_output_names(const settings::Request& request);

}  // namespace scorefield::cli
