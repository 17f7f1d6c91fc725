// peer.js NODE_MODULES FILE: MB that node-x12 reads in a second of CPU time,
// warm.
const { X12Parser } = require(process.argv[2] + '/node-x12');
const text = require('fs').readFileSync(process.argv[3], 'utf8');

const read = () => new X12Parser(true).parse(text);
read();
const before = process.cpuUsage();
let bytes = 0;
for (let i = 0; i < 20; i++) {
	read();
	bytes += text.length;
}
const used = process.cpuUsage(before);
console.log(bytes / (used.user + used.system));
