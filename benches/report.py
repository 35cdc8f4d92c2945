"""The Markdown table for the README, and what the JSON says of the machine."""

import datetime
import importlib.metadata
import os
import platform
import subprocess


def machine(options):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    version = subprocess.run([options.tenure, "--version"], capture_output=True, text=True).stdout.strip()
    versions = {name: importlib.metadata.version(name) for name in ("duckdb", "polars", "deltalake")}
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "threads": options.threads,
        "cpus": os.cpu_count(),
        "model": model,
        "memory_gibibytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "kernel": platform.release(),
        "versions": {"tenure": version, "python": platform.python_version(), **versions},
    }


def print_markdown(result, options):
    here = result["machine"]
    print(f"{here['date'][:10]}, {here['model']}, {here['threads']} of {here['cpus']} threads, {here['memory_gibibytes']:.0f} GiB,"
          f" {here['versions']['tenure']}, DuckDB {here['versions']['duckdb']},"
          f" `benches/run.py {' '.join(result['arguments'])}`, medians of {options.rounds}")
    for sample in result["samples"]:
        print(f"\n{sample['customers']} customers, {sample['months']} months, "
              + ", ".join(f"{count} {name}" for name, count in sample["rows"].items())
              + f", {sample['files']} files, {sample['bytes'] / 2**20:.0f} MiB of Parquet")
    versus = [row for row in result["rows"] if "programs" in row]
    if versus:
        print("\n| workload | months | program | s | MiB | tenure's time | goal | tenure's memory | goal |")
        print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    for row in versus:
        for name, program in row["programs"].items():
            ratios = row["ratios"].get(name, {})
            cells = [cell for what in ("time", "memory") for cell in shown(ratios.get(what))]
            taken = ["—" if "failed" in program else f"{program['seconds']:.2f}",
                     program["failed"] if "failed" in program else f"{program['mebibytes']:.0f}"]
            print(f"| {row['workload']} | {row['months']} | {name} | " + " | ".join(taken + cells) + " |")
    others = [row for row in result["rows"] if "programs" not in row]
    if others:
        print("\n| what | measured | s | MiB | ratio | goal |")
        print("|---|---|---:|---:|---:|---:|")
    for row in others:
        number = lambda key, form: format(row[key], form) if row.get(key) is not None else ""
        failed = f": {row['failed']}" if row.get("failed") else ""
        print(f"| {row['workload']} | {row['what']}{failed} | {number('seconds', '.2f')} | {number('mebibytes', '.0f')}"
              f" | {number('ratio', '.2f')} | {goal(row)} |")


def shown(ratio):
    if not ratio:
        return ["", ""]
    mark = "" if ratio["met"] else " (missed)"
    return [f"x {ratio['ratio']:.2f}", f"<= {ratio['goal']:.2f}{mark}" if ratio["goal"] else ""]


def goal(row):
    if row.get("goal") is None:
        return ""
    ratio = row.get("ratio")
    if ratio is None:
        return f"<= {row['goal']:g} ({'missed' if row.get('failed') else 'not measured'})"
    return f"<= {row['goal']:g}" + ("" if ratio <= row["goal"] else " (missed)")
