// SPDX-FileCopyrightText: 2026 The kilofold authors
// SPDX-License-Identifier: Apache-2.0

/// Stands where the NVIDIA driver's library would: the program only looks whether there is one.
extern "C" int kilofold_fake_driver() { return 0; }
