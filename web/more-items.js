/** MoreItems: the items of one kind that a task names, page by page, beginning with those of its result. */

import { get } from "./api.js";
import { signal } from "./ui.js";

const PAGE = 60;

export class MoreItems {
  constructor(task, issue) {
    this.task = task;
    this.kind = issue.name;
    this.total = issue.count;
    this.items = signal(issue.items);
    this.loading = signal(false);
    this.failed = signal(false);
  }

  get left() {
    return this.total - this.items.value.length;
  }

  async load() {
    this.loading.value = true;
    this.failed.value = false;
    try {
      const page = await get(this.task.links.items, { kind: this.kind, limit: PAGE, cursor: this.cursor });
      this.items.value = this.cursor ? [...this.items.value, ...page.items] : page.items;
      this.cursor = page.next_cursor;
    } catch {
      this.failed.value = true;
    } finally {
      this.loading.value = false;
    }
  }
}
