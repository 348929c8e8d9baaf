#pragma once

#include <string>

#include "viewer/messages.hpp"
#include "viewer/requests.hpp"

namespace scorefield::viewer {

/// The status bar at the bottom (device name) and the messages above it, which are shown with or without the bar.
/// Messages overlay the picture and do not change the layout.
class StatusBar {
  public:
    /// `device`: its name; `reason`: why it was chosen.
    StatusBar(std::string device, std::string reason) : device_(std::move(device)), reason_(std::move(reason)) {}

    /// `height`: in screen units. `menu`: a button that opens the panel, which has no room beside the picture.
    void draw_strip(float height, bool menu, Requests& requests) const;
    /// What is being made ready, above the strip, from `left` (screen units) on, with a button that cancels it.
    void draw_job(float height, float left, const std::string& text, Requests& requests) const;
    /// A message of one line is as high as the strip. Takes away what the user dismisses.
    void draw_messages(float height, Messages& messages);
    /// The mouse is on a message, which should stay.
    bool is_read() const { return is_read_; }

  private:
    std::string device_;
    std::string reason_;
    bool is_read_ = false;
};

}  // namespace scorefield::viewer
