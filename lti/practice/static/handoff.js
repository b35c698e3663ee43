// A page that hands the browser over to another site posts its form at once; its button stays for those without scripts.
document.getElementById("handoff").submit();
