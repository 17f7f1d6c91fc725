// peer.js MODULES PACKAGE PATIENTS named|all: CPU time (s) that fqm-execution,
// warm, takes for patients (NDJSON of Bundles), and how many of them are in the
// initial population. MODULES is where npm installed it; named: resources count
// by the profiles they name, which the measures' test patients do and charts
// do not.
"use strict";
const fs = require("fs");
const path = require("path");
const [modules, bundle, patients, profiles] = process.argv.slice(2);
const { Calculator } = require(path.join(modules, "fqm-execution"));

const measure = JSON.parse(fs.readFileSync(bundle));
const people = fs.readFileSync(patients, "utf8").trim().split("\n")
	.map((line) => JSON.parse(line));
const options = {
	measurementPeriodStart: "2026-01-01",
	measurementPeriodEnd: "2026-12-31",
	calculateHTML: false,
	calculateSDEs: false,
	calculateClauseCoverage: false,
	trustMetaProfile: profiles === "named",
};

function initial(result) {
	return result.detailedResults.some((group) => (group.populationResults ||
		[]).some((p) => p.populationType === "initial-population" && p.result));
}

async function main() {
	await Calculator.calculate(measure, people, options);
	const start = process.cpuUsage();
	const { results } = await Calculator.calculate(measure, people, options);
	const took = process.cpuUsage(start);
	console.log((took.user + took.system) / 1e6, results.filter(initial).length);
}

main();
