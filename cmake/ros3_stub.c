/* SPDX-FileCopyrightText: 2026 The kilofold authors
 * SPDX-License-Identifier: Apache-2.0 */

/* libcurl as HDF5's S3 driver wants it, failing: a portable build opens no file in the cloud, and Debian's libhdf5.a cannot
 * be linked without these names. */
enum { failed_init = 2 };

void* curl_easy_init(void) { return 0; }
void curl_easy_cleanup(void* handle) { (void)handle; }
int curl_easy_perform(void* handle) {
  (void)handle;
  return failed_init;
}
int curl_easy_setopt(void* handle, int option, ...) {
  (void)handle;
  (void)option;
  return failed_init;
}
int curl_global_init(long flags) {
  (void)flags;
  return failed_init;
}
void curl_global_cleanup(void) {}
void* curl_slist_append(void* list, const char* text) {
  (void)list;
  (void)text;
  return 0;
}
void curl_slist_free_all(void* list) { (void)list; }
