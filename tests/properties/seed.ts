import fc from "fast-check";

/** The same random cases in every run, so that a gate that was green stays green; `PROPERTY_SEED` asks for others. */
fc.configureGlobal({ seed: Number(Deno.env.get("PROPERTY_SEED") ?? 20261122) });
